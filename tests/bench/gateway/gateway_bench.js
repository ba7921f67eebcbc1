// What the gateway can do over HTTP, beside others in the same run: dashboards as JSON by wrk at 64 connections, beside nginx with the
// same bytes in a file and beside a plain Node service (plain_node.js); the same while 100 writes a second go on; and many clients of
// /v1/events. Prints medians over the rounds and the ratios within a round. What the figures mean is in docs/benchmarks.md.
//
//   common/tools/gateway_bench.sh [--quick] [--json]        (make bench runs it after service_bench)
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { Database, freePort } from "../../support/postgres.js";
import { root, run, until } from "../../support/programs.js";

const { values: { quick, json, rounds, each, clients } } = parseArgs({ options: {
  quick: { type: "boolean", default: false }, json: { type: "boolean", default: false },
  rounds: { type: "string", default: "3" }, each: { type: "string", default: "3" }, clients: { type: "string", default: "5000" },
} });
const plan = quick ? { rounds: 1, seconds: 1, clients: 100 } : { rounds: Number(rounds), seconds: Number(each), clients: Number(clients) };
const reader = { "oversight-principal": "chief-inspector" };
const suite = process.env.OVERSIGHT_HTTP;
const folder = mkdtempSync(join(tmpdir(), "oversight-gateway-bench-"));
const say = (text) => console.error(`  ${text}`);

const get = async (path) => {
  const answer = await fetch(`http://${suite}${path}`, { headers: reader });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
};
const list = async (path) => (await get(path)).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));

// wrk's own figures, by its report at the end.
const script = join(folder, "report.lua");
writeFileSync(script, `done = function(summary, latency)
  io.write(string.format("FIGURES %d %d %d %d %d\\n", summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout, summary.bytes / summary.requests))
end
`);
const wrk = async (url) => {
  const child = spawn("wrk", ["-t1", "-c64", `-d${plan.seconds}s`, "-s", script, "-H", "oversight-principal: chief-inspector", url],
    { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data) => { output += data; });
  await once(child, "close");
  const [, perSecond, p50, p99, errors, size] = /FIGURES (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(output).map(Number);
  if (errors > 0) throw new Error(`${errors} answers of ${url} were errors`);
  return { perSecond, p50, p99, size };
};

const startNginx = async (bodies) => {
  const port = await freePort();
  mkdirSync(join(folder, "files"));
  for (const [name, body] of Object.entries(bodies)) writeFileSync(join(folder, "files", `${name}.json`), body);
  writeFileSync(join(folder, "nginx.conf"), `worker_processes 2; daemon off; pid ${folder}/nginx.pid; error_log /dev/null; user root;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100; default_type application/json;
  server { listen 127.0.0.1:${port}; root ${folder}/files; } }
`);
  const child = spawn("setpriv", ["--pdeathsig=KILL", "nginx", "-c", join(folder, "nginx.conf")], { stdio: ["ignore", "ignore", "inherit"] });
  await until("nginx answers", async () => { try { return (await fetch(`http://127.0.0.1:${port}/force.json`)).ok; } catch { return false; } });
  return { child, address: `127.0.0.1:${port}` };
};

// The records of the suite, as tables, and the plain service over them.
const startPlainNode = async (database) => {
  const connectionString = `postgres://owner:of%20the%20owner@127.0.0.1:${database.port}/oversight`;
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(`CREATE TABLE forces (name text PRIMARY KEY, data jsonb);
    CREATE TABLE concerns (name text PRIMARY KEY, force text, open boolean, cause boolean);
    CREATE TABLE recommendations (name text PRIMARY KEY, concern text, open boolean, due date);
    CREATE INDEX ON concerns (force); CREATE INDEX ON recommendations (concern)`);
  const fill = (table, columns, rows) => client.query(
    `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [JSON.stringify(rows.map(columns))]);
  const { dashboard } = JSON.parse(await get("/v1/nationalDashboard"));
  await fill("forces", ({ counts, ...data }) => ({ name: data.force, data }), dashboard.rows);
  const concerns = await list("/v1/forces/-/concerns.jsonl");
  const parent = (name, parts) => name.split("/").slice(0, parts).join("/");
  await fill("concerns", ({ name, state, kind }) => ({ name, force: parent(name, 2), open: state === "CONCERN_STATE_ISSUED",
    cause: kind === "CONCERN_KIND_CAUSE_OF_CONCERN" }), concerns);
  const recommendations = await list("/v1/forces/-/concerns/-/recommendations.jsonl");
  const day = (date) => (date?.year ? `${date.year}-${date.month ?? 12}-${date.day ?? 28}` : null);
  await fill("recommendations", ({ name, state, dueDate }) => ({ name, concern: parent(name, 4), due: day(dueDate),
    open: state === "RECOMMENDATION_STATE_OPEN" }), recommendations);
  await client.query("ANALYZE");
  await client.end();
  say(`${concerns.length} concerns and ${recommendations.length} recommendations are in PostgreSQL as well`);
  const child = spawn("setpriv", ["--pdeathsig=KILL", process.execPath, join(root, "tests/bench/gateway/plain_node.js")],
    { env: { ...process.env, DATABASE: connectionString, NODE_ENV: "production" }, stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(createInterface(child.stdout), "line");
  return { child, address: `127.0.0.1:${port}` };
};

// 100 writes a second, each to another force's record: another alias.
const write = async (signal) => {
  const forces = (await list("/v1/forces.jsonl")).map(({ name }) => name);
  const agent = new http.Agent({ keepAlive: true });
  let written = 0;
  const one = (name) => new Promise((resolve, reject) => {
    const body = JSON.stringify({ force: { name, aliases: [`Alias ${written}`] }, updateMask: "aliases" });
    const call = http.request(`http://${suite}/oversight.forces.v1.ForcesService/UpdateForce`, { method: "POST", agent,
      headers: { "content-type": "application/json", "oversight-principal": "records-manager" } }, (answer) => {
      answer.resume();
      answer.on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`a write: ${answer.statusCode}`))));
    });
    call.on("error", reject);
    call.end(body);
  });
  const pending = new Set();
  for (let next = Date.now(); !signal.aborted; next += 10) {
    const call = one(forces[written++ % forces.length]).finally(() => pending.delete(call));
    pending.add(call);
    await pause(Math.max(0, next + 10 - Date.now()));
  }
  await Promise.all(pending);
  agent.destroy();
  return written;
};

const memoryOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;
const gatewayPid = () => Number(run("pgrep", ["-f", `bin/gateway .*--http-listen=`]).trim().split("\n").find((pid) => {
  const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
  return command.includes("gateway") && run("ss", ["-ltnp"]).split("\n").some((line) => line.includes(`${suite} `) && line.includes(`pid=${pid},`));
}));

// Clients of /v1/events that wait: memory of the gateway for each, and how long until a change has reached all.
const events = async () => {
  const pid = gatewayPid(), before = memoryOf(pid);
  const sockets = [];
  let heard = 0, open = 0, waiting;
  const [host, port] = suite.split(":");
  for (let i = 0; i < plan.clients; ++i) {
    const socket = net.connect({ host, port: Number(port) });
    let begun = false;
    socket.on("data", (data) => {
      if (!begun && data.includes("\ndata:")) {
        begun = true;
        ++open;
      } else if (begun && data.includes("\ndata:")) {
        ++heard;
        if (heard === plan.clients) waiting?.(Date.now());
      }
    });
    socket.on("error", (error) => { throw error; });
    socket.write(`GET /v1/events HTTP/1.1\r\nhost: ${suite}\r\noversight-principal: chief-inspector\r\n\r\n`);
    sockets.push(socket);
    if (i % 100 === 99) await until("the last hundred hear", () => open > i - 50);
  }
  await until("all hear", () => open === plan.clients);
  const each = (memoryOf(pid) - before) / plan.clients;
  const times = [];
  for (let round = 0; round < 5; ++round) {
    await pause(500);
    heard = 0;
    const all = new Promise((resolve) => { waiting = resolve; });
    const begin = Date.now();
    const [{ name }] = await list("/v1/forces.jsonl");
    await fetch(`http://${suite}/oversight.forces.v1.ForcesService/UpdateForce`, { method: "POST",
      headers: { "content-type": "application/json", "oversight-principal": "records-manager" },
      body: JSON.stringify({ force: { name, displayName: `Force ${round}` }, updateMask: "display_name" }) });
    times.push((await all) - begin);
  }
  for (const socket of sockets) socket.destroy();
  return { clients: plan.clients, "bytes each": Math.round(each), "ms until all heard": times.sort((a, b) => a - b)[2] };
};

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const database = await new Database().start();
const children = [];
try {
  // The force with the least to show, and the one with the most.
  const forces = (await list("/v1/forces.jsonl")).map(({ name }) => name);
  const sizes = [];
  for (const name of forces) sizes.push([(await get(`/v1/${name}:dashboard`)).length, name]);
  sizes.sort(([a], [b]) => a - b);
  const small = sizes[0][1], large = sizes.at(-1)[1];
  const bodies = { force: await get(`/v1/${small}:dashboard`), large: await get(`/v1/${large}:dashboard`), national: await get("/v1/nationalDashboard") };
  const nginx = await startNginx(bodies);
  children.push(nginx.child);
  const node = await startPlainNode(database);
  children.push(node.child);
  const contenders = {
    "force, gateway": `http://${suite}/v1/${small}:dashboard`,
    "force, nginx": `http://${nginx.address}/force.json`,
    "busiest force, gateway": `http://${suite}/v1/${large}:dashboard`,
    "busiest force, nginx": `http://${nginx.address}/large.json`,
    "national, gateway": `http://${suite}/v1/nationalDashboard`,
    "national, nginx": `http://${nginx.address}/national.json`,
    "national, plain Node": `http://${node.address}/v1/nationalDashboard`,
  };
  const seen = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < plan.rounds; ++round) {
    for (const [name, url] of Object.entries(contenders)) {
      seen[name].push(await wrk(url));
      say(`round ${round + 1}, ${name}: ${seen[name].at(-1).perSecond} a second`);
    }
  }
  const ratio = (one, other) => median(seen[one].map(({ perSecond }, i) => perSecond / seen[other][i].perSecond)).toFixed(2);
  const table = Object.entries(seen).map(([name, rows]) => ({ what: name, "per second": median(rows.map((row) => row.perSecond)),
    "p50 us": median(rows.map((row) => row.p50)), "p99 us": median(rows.map((row) => row.p99)), bytes: rows[0].size }));

  const stop = new AbortController();
  const writing = write(stop.signal);
  const during = { force: await wrk(contenders["force, gateway"]), national: await wrk(contenders["national, gateway"]) };
  stop.abort();
  const writes = (await writing) / (2 * plan.seconds);
  const heard = await events();
  const result = {
    dashboards: table,
    ratios: { "force, gateway / nginx": ratio("force, gateway", "force, nginx"),
      "busiest force, gateway / nginx": ratio("busiest force, gateway", "busiest force, nginx"),
      "national, gateway / nginx": ratio("national, gateway", "national, nginx"),
      "national, gateway / plain Node": ratio("national, gateway", "national, plain Node") },
    "while writing": Object.entries(during).map(([what, { perSecond, p50, p99 }]) => ({ what, "writes per second": Math.round(writes),
      "per second": perSecond, "p50 us": p50, "p99 us": p99 })),
    events: [heard],
  };
  if (json) {
    console.log(JSON.stringify(result));
  } else {
    console.log("\nDashboards as JSON, 64 connections");
    console.table(result.dashboards);
    for (const [what, value] of Object.entries(result.ratios)) console.log(`${what}: ${value}`);
    console.log("\nThe same while forces are changed");
    console.table(result["while writing"]);
    console.log("\nClients of /v1/events");
    console.table(result.events);
  }
} finally {
  for (const child of children) child.kill("SIGKILL");
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}
