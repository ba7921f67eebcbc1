// The production overlay rehearsed on this machine, while clients read and write without rest: two replicas of each program from their
// pods' own command lines (kubelet.js), one PostgreSQL, and HAProxy before the two gateways as an ingress would be. Replicas are
// replaced one after the other, one is killed, and PostgreSQL is restarted. Prints for each step how many requests there were, how
// many a client had to send once more (with the same request id), how many failed all the same, and the slowest. Ends with an error
// when one failed, an acknowledged write is not in the record, or the record does not verify.
//
// Harder than a cluster in one way: a replica is stopped before its successor is there, so that one replica carries all. Easier in
// others: no nodes, no network between them, addresses that do not change.
//
//   BIN=build/release/bin node tests/k8s/rehearsal.js      (make rehearsal)
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { binary, podsOf, rendered, root, run, services } from "./cluster.js";
import { Database, freePort } from "./database.js";
import { Issuer } from "./issuer.js";
import { Kubelet, probe, until } from "./kubelet.js";

const perSecond = 40;
const deadline = 10_000;
const attempts = 6;

const objects = rendered.get("production");
const podOf = (name) => podsOf(objects).find((pod) => pod.name === name);
const database = await new Database().start();
const issuer = await new Issuer().start();
issuer.appoint(objects);
const kubelet = new Kubelet({ "oversight-postgres": database.secret(), "oversight-tokens": issuer.secret() });
const replicas = new Map();  // "forces-service" -> [{ports, started}, ...]
let proxy;

const start = async (name, replica) => {
  replica.started = await kubelet.start(objects, podOf(name), replica.ports);
  const { readinessProbe } = replica.started.pod.containers[0];
  await until(`${name} is ready`, async () => (await probe(replica.started.addresses.grpc, readinessProbe.grpc.service)) === "SERVING");
};

const startProxy = async () => {
  const port = await freePort();
  const servers = replicas.get("gateway").map(({ ports }, i) =>
    `  server gateway-${i} 127.0.0.1:${ports.http} check port ${ports.admin} inter 500ms fall 1 rise 1`).join("\n");
  const config = join(kubelet.folder, "haproxy.cfg");
  writeFileSync(config, `defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  option redispatch
  retries 3
  retry-on conn-failure empty-response
frontend in
  bind 127.0.0.1:${port}
  option http-buffer-request
  default_backend gateways
backend gateways
  balance roundrobin
  option httpchk GET /readyz
${servers}
`);
  proxy = spawn("setpriv", ["--pdeathsig=KILL", "haproxy", "-q", "-db", "-f", config], { stdio: ["ignore", "ignore", "inherit"] });
  return `http://127.0.0.1:${port}`;
};

// What clients saw since the last step.
let seen;
const reset = () => { seen = { requests: 0, again: 0, failed: 0, slowest: 0, reasons: new Map() }; };
const acknowledged = [];  // Revisions of forces-service.

const call = async (url, method, principal, request) => {
  const begin = Date.now();
  let problem;
  seen.requests += 1;
  for (let attempt = 0; attempt < attempts; ++attempt) {
    if (attempt === 1) seen.again += 1;
    if (attempt > 0) await pause(100 * 2 ** attempt);
    try {
      const answer = await fetch(`${url}/${method}`, {
        method: "POST", body: JSON.stringify(request), signal: AbortSignal.timeout(deadline),
        headers: { "content-type": "application/json", ...(principal === "public" ? {} : { authorization: `Bearer ${issuer.token(principal)}` }) },
      });
      const body = await answer.json();
      if (answer.ok) {
        seen.slowest = Math.max(seen.slowest, Date.now() - begin);
        return body;
      }
      problem = `${body.code}: ${body.message}`;
      if (!["unavailable", "deadline_exceeded", "resource_exhausted", "aborted"].includes(body.code)) break;
    } catch (error) {
      problem = error.cause?.message ?? error.message;
    }
    if (attempt === 0) seen.reasons.set(problem, (seen.reasons.get(problem) ?? 0) + 1);
  }
  seen.failed += 1;
  console.error(`FAILED ${method}: ${problem}`);
};

const names = ["kent", "essex", "west-midlands", "cumbria"];
const kinds = [
  (url) => call(url, "oversight.gateway.v1.GatewayService/GetNationalDashboard", "chief-inspector", {}),
  (url, n) => call(url, "oversight.forces.v1.ForcesService/GetForce", "public", { name: `forces/${names[n % names.length]}` }),
  (url, n) => call(url, "oversight.gateway.v1.GatewayService/GetForceDashboard", "chief-inspector", { name: `forces/${names[n % names.length]}` }),
  async (url, n) => {
    const answer = await call(url, "oversight.forces.v1.ForcesService/UpdateForce", "records-manager", {
      force: { name: `forces/${names[n % names.length]}`, aliases: [`Number ${n}`] }, updateMask: "aliases", requestId: randomUUID(),
    });
    if (answer) acknowledged.push(answer.header.revision);
  },
];

// A steady beat: the next request does not wait for the one before.
const load = (url) => {
  let n = 0;
  const under_way = new Set();
  const timer = setInterval(() => {
    const one = kinds[n % kinds.length](url, Math.floor(n / kinds.length)).finally(() => under_way.delete(one));
    under_way.add(one);
    n += 1;
  }, 1000 / perSecond);
  return async () => {
    clearInterval(timer);
    await Promise.all(under_way);
  };
};

const rows = [];
const step = async (what, action) => {
  reset();
  const begin = Date.now();
  await action();
  await pause(2000);
  rows.push({ step: what, seconds: Math.round((Date.now() - begin) / 1000), requests: seen.requests, "sent again": seen.again,
    failed: seen.failed, "slowest ms": seen.slowest });
  for (const [reason, count] of seen.reasons) console.error(`  ${what}: ${count} times at first: ${reason.slice(0, 200)}`);
};

const replace = async (name) => {
  for (const replica of replicas.get(name)) {
    const code = await kubelet.stop(replica.started);
    if (code !== 0) throw new Error(`${name} stopped with ${code}:\n${replica.started.output.slice(-2000)}`);
    await start(name, replica);
  }
};

try {
  for (const name of services) {
    const ports = podOf(name).containers[0].ports.map((port) => port.name);
    replicas.set(name, []);
    for (let i = 0; i < 2; ++i) {
      const fixed = {};
      for (const port of ports) fixed[port] = await freePort();
      replicas.get(name).push({ ports: fixed });
    }
    const { containerPort } = podOf(name).containers[0].ports.find((port) => port.name === "grpc");
    kubelet.addresses.set(`dns:///${name}:${containerPort}`, `ipv4:${replicas.get(name).map(({ ports: { grpc } }) => `127.0.0.1:${grpc}`)}`);
  }
  const migrated = await kubelet.finish(rendered.get("production/migrate"), podsOf(rendered.get("production/migrate"))[0]);
  if (migrated.code !== 0) throw new Error(migrated.output);
  for (const name of services) for (const replica of replicas.get(name)) await start(name, replica);
  run(binary("oversight"), [`--gateway=${kubelet.addresses.get("gateway:7100")}`, "--as=records-manager",
    `--token-file=${issuer.folder}`, "import", join(root, "data/forces.csv")]);
  const url = await startProxy();
  await until("the way in is open", async () => { try { return (await fetch(`${url}/`)).status < 500; } catch { return false; } });

  reset();
  const finish = load(url);
  await step("nothing happens", () => pause(5000));
  for (const name of services) await step(`rolling restart of ${name}`, () => replace(name));
  for (const name of ["forces-service", "monitoring-service", "gateway"]) {
    await step(`a replica of ${name} is killed`, async () => {
      const [replica] = replicas.get(name);
      replica.started.child.kill("SIGKILL");
      await replica.started.ended;
      await pause(3000);
      await start(name, replica);
    });
  }
  await step("PostgreSQL restarts", () => database.restart());
  await finish();

  console.table(rows);
  const lost = acknowledged.length - new Set(acknowledged).size;
  const verified = ["forces", "concerns", "monitoring"].map((name) => run(binary("oversight"),
    [`--gateway=${kubelet.addresses.get("gateway:7100")}`, "--as=operator", `--token-file=${issuer.folder}`, "verify", name])).join("");
  console.log(verified.trim());
  const [, count] = /(\d+)/.exec(database.sql("SELECT count(*) FROM forces.transactions")) ?? [];
  console.log(`${acknowledged.length} writes acknowledged, each with a revision of its own; ${count} transactions in the record.`);
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  if (lost > 0 || Number(count) < acknowledged.length) throw new Error("An acknowledged write is not in the record.");
  console.log(`${rows.reduce((sum, row) => sum + row.requests, 0)} requests, ${failed} failed.`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  proxy?.kill("SIGKILL");
  await kubelet.close();
  issuer.close();
  await database.stop();
}
