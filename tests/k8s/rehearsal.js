// The production overlay rehearsed on this machine, while clients read and write without rest (load.js): two replicas of each program
// from their pods' own command lines (kubelet.js), TLS between them, one PostgreSQL and its standby, and HAProxy before the two gateways
// as an ingress would be. In order: an upgrade from an older revision, a rolling restart, kills, PostgreSQL restarted and failed over,
// and every certificate and then the authority replaced. Prints for each step how many requests there were, how many a client had to
// send once more (with the same request id), how many failed all the same, and the slowest. Ends with an error when one failed, an
// acknowledged write is not in the record, or the record does not verify.
//
// FROM names a tree of the older revision with its build (common/tools/older_build.sh makes one). Its replicas run from its own
// manifests, the job "migrate" of this tree runs beside them, and then they are replaced in the order of docs/operations.md. Where the
// older ones speak no TLS, or know no tokens, neither do the newer ones in the upgrade, and then the suite is stopped once to turn both
// on, with the clients told to wait.
//
// Harder than a cluster in one way: a replica is stopped before its successor is there, so that one replica carries all. Easier in
// others: no nodes, no network between them, addresses that do not change.
//
//   FROM=build/older BIN=build/release/bin node tests/k8s/rehearsal.js      (make rehearsal)
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { binary, root, run, until } from "../support/programs.js";
import { flag, parse, podsOf, rendered, services } from "./cluster.js";
import { Database, freePort, hosts } from "../support/postgres.js";
import { Issuer } from "./issuer.js";
import { Kubelet, passes } from "./kubelet.js";
import { Load } from "./load.js";
import { Secret } from "./secret.js";

const older = process.env.FROM && resolve(process.env.FROM);
const now = { objects: rendered.get("production"), bin: process.env.BIN, root };
const before = older && { objects: parse(run("kubectl", ["kustomize", join(older, "k8s/overlays/production")])),
  bin: join(older, "build/release/bin"), root: older };

const podOf = (release, name) => podsOf(release.objects).find((pod) => pod.name === name);
const speaksTls = (release) => flag(podOf(release, "gateway").containers[0].args, "tls-cert") !== undefined;
const knowsTokens = (release) => flag(podOf(release, "gateway").containers[0].args, "issuer") !== undefined;
// The same pods without what `other` does not have: TLS, and tokens.
const asFarAs = (other, release) => ({ ...release, objects: structuredClone(release.objects).map((object) => {
  const container = object.spec?.template?.spec?.containers[0];
  if (!container?.args) return object;
  if (!speaksTls(other)) container.args = container.args.filter((each) => !each.startsWith("--tls-"));
  if (!knowsTokens(other)) {
    container.args = container.args.filter((each) => !/^--(issuer|audience|jwks|token-file)=/.test(each));
    if (container.args.some((each) => each.startsWith("--admin-listen="))) container.args.push("--insecure");
  }
  return object;
}) });

const database = await new Database().start();
const issuer = await new Issuer().start();
issuer.appoint(now.objects);
if (before && knowsTokens(before)) issuer.appoint(before.objects);
const secret = new Secret(hosts, issuer.tokens());
database.setUp(secret);
// Older releases know these files by the names of several Secrets.
const byOlderNames = ({ oversight }) => ({ oversight, "oversight-postgres": oversight,
  "oversight-tokens": Object.fromEntries(Object.entries(oversight).map(([key, text]) => [key.replace(/\.token$/, ""), text])),
  ...Object.fromEntries(services.map((name) => [`${name}-tls`,
    { "tls.crt": oversight[`${name}.crt`], "tls.key": oversight[`${name}.key`], "ca.crt": oversight["ca.crt"] }])) });
const kubelet = new Kubelet(byOlderNames(secret.files()));
const replicas = new Map();  // "forces-service" -> [{ports, started}, ...]
let proxy, load;

const start = async (release, name, replica) => {
  replica.started = await kubelet.start(release.objects, podOf(release, name), replica.ports, release);
  await until(`${name} is ready`, async () => (await passes(replica.started, "readinessProbe")) === "SERVING");
};
const stop = async (name, replica) => {
  const code = await kubelet.stop(replica.started);
  if (code !== 0) throw new Error(`${name} stopped with ${code}:\n${replica.started.output.slice(-2000)}`);
};
const replace = async (release, name) => {
  for (const replica of replicas.get(name)) {
    await stop(name, replica);
    await start(release, name, replica);
  }
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

const client = (args, release = now) => run(binary("oversight"), [
  `--gateway=${kubelet.addresses.get("gateway:7100")}`, ...(knowsTokens(release) ? [`--token-file=${issuer.folder}`] : []),
  ...(speaksTls(release) ? [`--tls-ca=${secret.ca}`, "--tls-name=gateway"] : []), ...args]);

const rows = [];
const step = async (what, action) => {
  load.reset();
  const begin = Date.now();
  await action();
  await pause(2000);
  const { seen } = load;
  rows.push({ step: what, seconds: Math.round((Date.now() - begin) / 1000), requests: seen.requests, "sent again": seen.again,
    failed: seen.failed, "slowest ms": seen.slowest });
  for (const [reason, count] of seen.reasons) console.error(`  ${what}: ${count} times at first: ${reason.slice(0, 200)}`);
};

// Makes certificates, puts the Secret in the place of the one that is there, and waits until every replica says that it goes by it.
const certify = async (...how) => {
  secret.run(...how);
  const all = [...replicas.values()].flat().map((each) => each.started);
  const told = ({ output }) => output.split('"msg":"certificate in use"').length;
  const counts = all.map(told);
  kubelet.replaceSecrets(byOlderNames(secret.files()));
  await until("every replica goes by the new certificates", () => all.every((each, i) => told(each) > counts[i]));
};

const migrate = async () => {
  const [job] = podsOf(rendered.get("production/migrate"));
  const { code, output } = await kubelet.finish(rendered.get("production/migrate"), job);
  if (code !== 0) throw new Error(output);
  return output;
};

try {
  for (const name of services) {
    const ports = podOf(now, name).containers[0].ports.map((port) => port.name);
    replicas.set(name, []);
    for (let i = 0; i < 2; ++i) {
      const fixed = {};
      for (const port of ports) fixed[port] = await freePort();
      replicas.get(name).push({ ports: fixed });
    }
    const { containerPort } = podOf(now, name).containers[0].ports.find((port) => port.name === "grpc");
    kubelet.addresses.set(`dns:///${name}:${containerPort}`, `ipv4:${replicas.get(name).map(({ ports: { grpc } }) => `127.0.0.1:${grpc}`)}`);
  }
  const first = before ?? now;
  if (!before) await migrate();  // Older replicas make their own schemas.
  for (const name of services) for (const replica of replicas.get(name)) await start(first, name, replica);
  client(["--as=records-manager", "import", join(root, "data/forces.csv")], first);
  const url = await startProxy();
  await until("the way in is open", async () => { try { return (await fetch(`${url}/`)).status < 500; } catch { return false; } });

  // A server looks at the one or the other: at the name in insecure mode, else at the token.
  load = new Load(url, (principal) => ({ authorization: `Bearer ${issuer.token(principal)}`, "oversight-principal": principal }));
  load.start();
  await step("nothing happens", () => pause(5000));
  if (before) {
    const whole = speaksTls(before) && knowsTokens(before);
    const to = whole ? now : asFarAs(before, now);
    await step("the job migrate of the new release", async () => console.error(`  ${(await migrate()).trim().split("\n").at(-1)}`));
    for (const name of services) await step(`rolling upgrade of ${name}`, () => replace(to, name));
    if (!whole) {
      await load.stop();
      console.error("  The older release speaks no TLS or knows no tokens: the clients wait while the suite is stopped and started with both.");
      for (const name of [...services].reverse()) for (const replica of replicas.get(name)) await stop(name, replica);
      for (const name of services) for (const replica of replicas.get(name)) await start(now, name, replica);
      await until("the way in is open", async () => { try { return (await fetch(`${url}/`)).status < 500; } catch { return false; } });
      load.start();
    }
  } else {
    console.error("  No older release is named: no upgrade is rehearsed. FROM=REVISION make rehearsal does.");
  }
  for (const name of services) await step(`rolling restart of ${name}`, () => replace(now, name));
  for (const name of ["forces-service", "monitoring-service", "gateway"]) {
    await step(`a replica of ${name} is killed`, async () => {
      const [replica] = replicas.get(name);
      replica.started.child.kill("SIGKILL");
      await replica.started.ended;
      await pause(3000);
      await start(now, name, replica);
    });
  }

  await step("every key and certificate is replaced", () => certify());
  await step("a new authority is trusted beside the old", () => certify("--turn-authority=1"));
  await step("certificates of the new authority", () => certify("--turn-authority=2"));
  await step("the old authority is trusted no more", () => certify("--turn-authority=3"));
  // What is connected stays so: these connect anew.
  for (const name of ["forces-service", "gateway"]) await step(`rolling restart of ${name} with them`, () => replace(now, name));

  await step("PostgreSQL restarts", () => database.restart());
  await step("a standby joins PostgreSQL", () => database.addStandby());
  await step("PostgreSQL fails, the standby is promoted", () => database.failOver());
  await load.stop();

  console.table(rows);
  const { acknowledged } = load;
  const lost = acknowledged.length - new Set(acknowledged).size;
  const verified = ["forces", "concerns", "monitoring"].map((name) => client(["--as=operator", "verify", name])).join("");
  console.log(verified.trim());
  const [, count] = /(\d+)/.exec(database.sql("SELECT count(*) FROM forces.transactions")) ?? [];
  console.log(`${acknowledged.length} writes acknowledged, each with a revision of its own; ${count} transactions in the record.`);
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  if (lost > 0 || Number(count) < acknowledged.length) throw new Error("An acknowledged write is not in the record.");
  console.log(`${rows.reduce((sum, row) => sum + row.requests, 0)} requests, ${failed} failed.`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await load?.stop();
  proxy?.kill("SIGKILL");
  await kubelet.close();
  issuer.close();
  await database.stop();
  secret.close();
}
