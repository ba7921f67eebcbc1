// k8s/secret.sh as an operator uses and misuses it: what it makes is good, is whole after every run, and nothing that cannot be made
// again is lost.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { root } from "../support/programs.js";
import { services } from "./cluster.js";

const parent = mkdtempSync(join(tmpdir(), "oversight secret "));
const folder = join(parent, "its folder");
const secret = (name) => join(folder, "secret", name);
const script = (args, env = {}) => {
  const { status, stdout, stderr } = spawnSync(join(root, "k8s/secret.sh"), args, { encoding: "utf8", env: { ...process.env, ...env } });
  return { status, stdout, stderr };
};
const run = (...args) => script([folder, ...args]);
const tokens = ["concerns-service", "monitoring-service", "gateway", "backup"];
const certificate = (name) => new X509Certificate(readFileSync(secret(`${name}.crt`)));
const authorities = () => readFileSync(secret("ca.crt"), "utf8").match(/-----BEGIN[^]*?END CERTIFICATE-----/g).map((pem) => new X509Certificate(pem));

describe("secret.sh", () => {
  beforeEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => rmSync(parent, { recursive: true, force: true }));
  const made = () => {
    run("--postgres-host=db.example");
    for (const name of tokens) writeFileSync(secret(`${name}.token`), "a.b.c");
    assert.equal(run().status, 0);
  };

  it("makes connections and certificates, and names the tokens that are missing", () => {
    const first = run("--postgres-host=one.example,two.example");
    assert.equal(first.status, 1, first.stderr);
    for (const name of tokens) assert.match(first.stdout, new RegExp(`secret/${name}\\.token`));
    const conf = readFileSync(secret("concerns.conf"), "utf8");
    assert.match(conf, /^\[concerns\]\nhost=one\.example,two\.example\nport=5432,5432\n/);
    const [, password] = /^password=(\w{48})$/m.exec(conf);
    assert.match(readFileSync(join(folder, "schemas.sql"), "utf8"), new RegExp(`CREATE ROLE concerns LOGIN PASSWORD '${password}'`));
    for (const name of services) {
      assert.ok(certificate(name).verify(authorities()[0].publicKey), name);
      assert.equal(certificate(name).subjectAltName, `DNS:${name}`);
      assert.ok(certificate(name).checkPrivateKey(createPrivateKey(readFileSync(secret(`${name}.key`)))), name);
    }
    for (const name of readdirSync(join(folder, "secret"))) assert.equal(statSync(secret(name)).mode & 0o77, 0, `${name} can be read by others`);
  });

  it("keeps passwords and the authority, and makes certificates anew", () => {
    made();
    const [conf, keys, [authority], old] = [readFileSync(secret("forces.conf"), "utf8"), readFileSync(secret("session-keys"), "utf8"), authorities(), certificate("gateway")];
    assert.equal(Buffer.from(keys, "base64").length, 32);
    assert.equal(run().status, 0);
    assert.equal(readFileSync(secret("forces.conf"), "utf8"), conf);
    assert.equal(readFileSync(secret("session-keys"), "utf8"), keys);
    assert.equal(authorities()[0].fingerprint256, authority.fingerprint256);
    assert.notEqual(certificate("gateway").fingerprint256, old.fingerprint256);
  });

  it("turns the authority in three steps, in their order alone", () => {
    made();
    const [first] = authorities();
    const step = (number) => run(`--turn-authority=${number}`);
    const by = (authority) => services.every((name) => certificate(name).verify(authority.publicKey));
    assert.equal(step(2).status, 2);
    assert.equal(step(1).status, 0);
    const [, second] = authorities();
    assert.ok(by(first) && authorities().length === 2);
    assert.equal(step(1).status, 2, "a second time");
    assert.equal(step(2).status, 0);
    assert.ok(by(second) && authorities().length === 2);
    assert.equal(step(3).status, 0);
    assert.ok(by(second) && authorities().length === 1);
    assert.equal(step(3).status, 2);
  });

  it("goes on after a second step that was cut off", () => {
    made();
    run("--turn-authority=1");
    const [, second] = authorities();
    renameSync(join(folder, "authority.pem"), join(folder, "old.pem"));
    assert.equal(run().status, 0);
    assert.equal(authorities().length, 2);
    assert.ok(certificate("gateway").verify(second.publicKey));
    assert.equal(run("--turn-authority=3").status, 0);
  });

  it("takes a database's own authority at any time", () => {
    made();
    writeFileSync(join(parent, "ca"), "of the database");
    assert.equal(run(`--postgres-ca=${join(parent, "ca")}`).status, 0);
    assert.equal(readFileSync(secret("postgres-ca.crt"), "utf8"), "of the database");
    assert.match(readFileSync(secret("monitoring.conf"), "utf8"), /^sslrootcert=\/etc\/oversight\/postgres\/ca\.crt$/m);
  });

  it("closes a folder that was open to others", () => {
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    run("--postgres-host=db.example");
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it("does not take an empty token or one that has expired for a token", () => {
    made();
    writeFileSync(secret("gateway.token"), "");
    writeFileSync(secret("backup.token"), `h.${Buffer.from('{"sub":"b","exp":1700000000}').toString("base64url")}.s`);
    const { status, stdout } = run();
    assert.equal(status, 1);
    assert.match(stdout, /gateway\.token\n.*backup\.token \(it has expired\)/);
  });

  it("refuses what it does not understand, and makes nothing", () => {
    for (const [args, env] of [
      [[]], [[folder]], [[folder, "--postgres-host=db:5433"]], [[folder, "--postgres-host=a, b"]], [[folder, "--postgres-host", "db"]],
      [[folder, "--postgres-host=db", "other"]], [[folder, "--postgres-host=db", "--turn-authority=4"]],
      [[folder, "--postgres-host=db", "--postgres-ca=/nowhere"]], [[folder, "--postgres-host=db"], { DAYS: "soon" }],
      [[folder, "--postgres-host=db"], { DAYS: "0" }],
    ]) {
      const { status, stderr } = script(args, env);
      assert.equal(status, 2, args.join(" "));
      assert.match(stderr, /^secret\.sh: /);
      assert.ok(!existsSync(folder), args.join(" "));
    }
    made();
    const refused = run("--postgres-host=other.example");
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /made already/);
  });
});
