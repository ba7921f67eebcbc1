// The overlays run: their pods' own command lines on the real binaries (kubelet.js). Probes, backup, restore, migration and stop are
// done as the manifests say, on SQLite and on a PostgreSQL that is reached by the Secret alone.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { binary, root, run, until } from "../support/programs.js";
import { named, podsOf, rendered, services } from "./cluster.js";
import { Database, hosts } from "../support/postgres.js";
import { Issuer } from "./issuer.js";
import { Kubelet, passes, probe } from "./kubelet.js";
import { Secret } from "./secret.js";

const registered = readFileSync(join(root, "data/forces.csv"), "utf8").trim().split("\n").length - 1;
const pod = (overlay, name) => podsOf(rendered.get(overlay)).find((each) => each.name === name);
// With tokens and TLS where the suite has them.
const client = (kubelet, principal, ...args) => run(binary("oversight"), [`--gateway=${kubelet.addresses.get("gateway:7100")}`,
  `--as=${principal}`, ...(kubelet.issuer ? [`--token-file=${kubelet.issuer.folder}`] : []),
  ...(kubelet.secret ? [`--tls-ca=${kubelet.secret.ca}`, "--tls-name=gateway"] : []), ...args]);
const countForces = (kubelet) => client(kubelet, "public", "list", "forces", "--json").trim().split("\n").length;

describe("single-node", () => {
  const objects = rendered.get("single-node");
  const kubelet = new Kubelet();
  const started = new Map();
  const startAll = async () => {
    for (const name of services) started.set(name, await kubelet.start(objects, pod("single-node", name)));
  };
  const stopAll = () => Promise.all([...started.values()].map((each) => kubelet.stop(each)));
  const backups = () => readdirSync(kubelet.claim("backups")).sort();
  const backUp = (env) => kubelet.finish(objects, pod("single-node", "backup"), env);
  before(startAll);
  after(() => kubelet.close());

  it("answers every probe, and takes no name that is not there for one", async () => {
    for (const name of services) {
      for (const kind of ["startupProbe", "readinessProbe", "livenessProbe"]) {
        await until(`${kind} of ${name}`, async () => (await passes(started.get(name), kind)) === "SERVING");
      }
      assert.equal(await probe(started.get(name).addresses.grpc, "oversight.Nothing"), "NOT_FOUND");
    }
  });

  it("is scraped where the manifests say", async () => {
    const [{ path }] = named(rendered.get("everything"), "ServiceMonitor", "oversight").spec.endpoints;
    for (const name of services) {
      const answer = await fetch(`http://${started.get(name).addresses.admin}${path}`);
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), new RegExp(`oversight_build_info{.*service="${name}"`));
    }
  });

  it("takes a backup and keeps as many as it is told, never fewer", async () => {
    client(kubelet, "records-manager", "import", join(root, "data/forces.csv"));
    mkdirSync(join(kubelet.claim("backups"), "2020-01-01T000000Z"));  // One that did not end.
    mkdirSync(join(kubelet.claim("backups"), "mine"));  // Not ours to remove.
    for (const keep of ["2", "2", "2"]) {
      const before = Date.now();
      const { code, output } = await backUp({ KEEP: keep });
      assert.equal(code, 0, output);
      await until("the next second, for a name of its own", () => Math.floor(Date.now() / 1000) > Math.floor(before / 1000) + 1);
    }
    assert.equal(backups().length, 3, `${backups()}`);
    assert.equal(backups()[2], "mine");
    for (const name of backups().slice(0, 2)) run(binary("oversight"), ["verify", join(kubelet.claim("backups"), name)]);
  });

  it("removes no backup when the new one fails", async () => {
    const there = backups();
    const { code } = await backUp({ KEEP: "1", OVERSIGHT_AS: "public" });
    assert.notEqual(code, 0);
    for (const name of there) assert.ok(backups().includes(name), name);
    assert.notEqual((await backUp({ KEEP: "0" })).code, 0);
    for (const name of there) assert.ok(backups().includes(name), name);
  });

  it("is not ready but alive while it drains, and ends in good order within its time", async () => {
    const forces = started.get("forces-service");
    const stopped = kubelet.stop(forces);
    await until("not ready", async () => (await passes(forces, "readinessProbe")) === "NOT_SERVING");
    assert.equal(await passes(forces, "livenessProbe"), "SERVING");
    assert.equal(await stopped, 0);
    assert.deepEqual(await stopAll(), [0, 0, 0, 0]);
  });

  it("restores from a backup, and keeps what was there before", async () => {
    const restore = (BACKUP) => kubelet.finish(rendered.get("single-node/restore"), pod("single-node/restore", "restore"), { BACKUP });
    const store = () => readdirSync(kubelet.claim("data-forces-service-0"));
    const there = store();
    const missing = await restore("2019-01-01T000000Z");
    assert.equal(missing.container, "set-aside");
    assert.deepEqual(store(), there, "Nothing is touched for a backup that is not there.");

    const [name] = backups();
    const done = await restore(name);
    assert.equal(done.code, 0, `${done.container}: ${done.output}`);
    const aside = store().find((each) => each.startsWith("before-"));
    assert.ok(aside && existsSync(join(kubelet.claim("data-forces-service-0"), aside, "forces.db")), `${store()}`);
    await startAll();
    await until("the register is back", () => { try { return countForces(kubelet) === registered; } catch { return false; } });
    client(kubelet, "operator", "verify", "forces");
  });
});

describe("production", () => {
  const objects = rendered.get("production");
  const database = new Database();
  const issuer = new Issuer();
  let kubelet, secret;
  before(async () => {
    await database.start();
    await issuer.start();
    issuer.appoint(objects);
    secret = new Secret(hosts, issuer.tokens());
    database.setUp(secret);
    kubelet = new Kubelet(secret.files());
    Object.assign(kubelet, { issuer, secret });
  });
  after(async () => {
    await kubelet?.close();
    secret?.close();
    await database.stop();
    issuer.close();
  });

  it("needs one Secret, of which secret.sh makes all but the tokens, and mounts all of it but what is for sign-in", () => {
    const items = [...rendered.keys()].filter((name) => name.startsWith("production")).flatMap((name) => podsOf(rendered.get(name)))
      .flatMap((each) => each.template.spec.volumes)
      .flatMap(({ secret: one, projected }) => [...(one ? [{ ...one, name: one.secretName }] : []), ...(projected?.sources ?? []).map((source) => source.secret)])
      .flatMap(({ name, optional, items }) => (optional ? [] : items.map(({ key }) => `${name}/${key}`)));
    assert.deepEqual([...new Set(items)].sort(), Object.keys(secret.files().oversight).filter((key) => key !== "session-keys").map((key) => `oversight/${key}`).sort());
  });

  it("migrates three empty schemas, and has nothing to do the second time", async () => {
    for (let i = 0; i < 2; ++i) {
      const { code, output } = await kubelet.finish(rendered.get("production/migrate"), pod("production/migrate", "migrate"));
      assert.equal(code, 0, output);
    }
    assert.match(database.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'monitoring' AND table_name = 'meta'"), /1/);
  });

  it("runs two replicas of each service on it, and a backup of them is restored into empty schemas", async () => {
    const started = [];
    for (const name of services) {
      started.push(await kubelet.start(objects, pod("production", name)), await kubelet.start(objects, pod("production", name)));
    }
    for (const each of started) {
      for (const kind of ["startupProbe", "readinessProbe", "livenessProbe"]) {
        await until(`${kind} of ${each.pod.name}`, async () => (await passes(each, kind)) === "SERVING");
      }
      // In the clear nobody answers.
      assert.equal(await probe(each.addresses.grpc, ""), "UNAVAILABLE");
    }
    client(kubelet, "records-manager", "import", join(root, "data/forces.csv"));
    // The host's own name, where there is a cluster.
    const backup = await kubelet.finish(objects, pod("production", "backup"), { OVERSIGHT_TLS_NAME: "gateway" });
    assert.equal(backup.code, 0, backup.output);
    const [name] = readdirSync(kubelet.claim("backups"));

    const restore = () => kubelet.finish(rendered.get("production/restore"), pod("production/restore", "restore"), { BACKUP: name });
    assert.deepEqual(await Promise.all(started.map((each) => kubelet.stop(each))), Array(8).fill(0));
    const refused = await restore();
    assert.equal(refused.code, 1, refused.output);
    database.sql(["forces", "concerns", "monitoring"].map((each) =>
      `ALTER SCHEMA ${each} RENAME TO ${each}_before; CREATE SCHEMA ${each} AUTHORIZATION ${each};`).join("\n"));
    const done = await restore();
    assert.equal(done.code, 0, done.output);
    for (const each of services) await kubelet.start(objects, pod("production", each));
    await until("the register is back", () => { try { return countForces(kubelet) === registered; } catch { return false; } });
  });

  it("believes nobody", () => {
    const insecure = () => run(binary("oversight"), [`--gateway=${kubelet.addresses.get("gateway:7100")}`, `--tls-ca=${secret.ca}`,
      "--tls-name=gateway", "--as=chief-inspector", "dashboard"], { stdio: "pipe" });
    assert.throws(insecure, /does not believe the header oversight-principal/);
  });

  it("does not start a service without its file of the Secret", async () => {
    const { "forces.conf": conf, "gateway.token": token, ...rest } = secret.files().oversight;
    const without = new Kubelet({ oversight: rest });
    await assert.rejects(without.start(objects, pod("production", "forces-service")), /oversight has no forces\.conf/);
    await assert.rejects(without.start(objects, pod("production", "gateway")), /oversight has no gateway\.token/);
    await without.close();
  });

  it("does not start a service whose certificate is of another authority, and says so", async () => {
    const other = new Secret(hosts, issuer.tokens());
    const wrong = new Kubelet({ oversight: { ...other.files().oversight, "ca.crt": secret.files().oversight["ca.crt"] } });
    await assert.rejects(wrong.start(objects, pod("production", "forces-service")), /is not from an authority of --tls-ca/);
    await wrong.close();
    other.close();
  });
});
