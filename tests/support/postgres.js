// A PostgreSQL server of its own, that asks for passwords and is reached over TCP, set up as docs/operations.md tells operators:
// by the files of the Secret (secret.js), which name a standby's address too.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run, until } from "./programs.js";

const programs = "/usr/lib/postgresql/15/bin";

// A port that was free a moment ago.
export const freePort = () => new Promise((resolve) => {
  const listener = createServer().listen(0, "127.0.0.1", () => {
    const { port } = listener.address();
    listener.close(() => resolve(port));
  });
});

// Where it is, and where its standby will be.
export const hosts = "127.0.0.1,127.0.0.1";

export class Database {
  #standby;  // {server, port, data}
  #folder = mkdtempSync(join(tmpdir(), "oversight-k8s-postgres-"));
  #server;
  // PostgreSQL refuses to run as root. setpriv becomes the program, which is gone with the test.
  #setpriv = ["--pdeathsig=QUIT", ...(process.getuid() === 0 ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : [])];

  async start() {
    if (process.getuid() === 0) {
      const [user, group] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, "postgres"])));
      chownSync(this.#folder, user, group);
    }
    const password = `${this.#folder}-password`;
    writeFileSync(password, "of the owner\n");
    chmodSync(password, 0o644);
    run("setpriv", [...this.#setpriv, `${programs}/initdb`, "-D", join(this.#folder, "data"), "-U", "owner", "-A", "scram-sha-256",
      "--no-sync", `--pwfile=${password}`], { cwd: "/" });
    rmSync(password);
    // Another may have taken the port since: then the next.
    for (let attempt = 0; attempt < 5 && this.#server === undefined; ++attempt) {
      this.port = await freePort();
      this.standbyPort = await freePort();
      await this.#launch();
    }
    this.sql("CREATE DATABASE oversight", "postgres");
    return this;
  }

  #data = join(this.#folder, "data");

  // A server over `data` at `port` that answers; undefined when it has ended.
  async #run(data, port) {
    const server = spawn("setpriv", [...this.#setpriv, `${programs}/postgres`, "-D", data, "-h", "127.0.0.1", "-p", `${port}`,
      "-k", this.#folder, "-c", "fsync=off", "-c", "wal_retrieve_retry_interval=100ms"], { cwd: "/", stdio: "ignore" });
    const up = await until("PostgreSQL answers, or has ended", () => {
      if (server.exitCode !== null) return "ended";
      try {
        execFileSync(`${programs}/pg_isready`, ["-q", "-h", "127.0.0.1", "-p", `${port}`]);
        return "up";
      } catch { return false; }
    });
    return up === "up" ? server : undefined;
  }
  async #launch() {
    this.#server = await this.#run(this.#data, this.port);
  }

  // A second server that follows this one. From here on nothing is committed that it does not have.
  async addStandby() {
    const data = join(this.#folder, "standby"), port = this.standbyPort;
    execFileSync("setpriv", [...this.#setpriv, `${programs}/pg_basebackup`, "-D", data, "-R", "-c", "fast", "-d",
      `host=127.0.0.1 port=${this.port} user=owner password='of the owner'`], { cwd: "/", stdio: ["ignore", "ignore", "inherit"] });
    this.#standby = { data, port, server: await this.#run(data, port) };
    this.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    this.sql("SELECT pg_reload_conf()");
    await until("the standby confirms", () => this.sql("SELECT sync_state FROM pg_stat_replication").includes("sync"));
  }
  // The server ends without a word, as one does whose machine is lost, and its standby takes over. Two seconds pass between, for
  // somebody to notice.
  async failOver() {
    this.#server.kill("SIGQUIT");
    await until("PostgreSQL has ended", () => this.#server.exitCode !== null || this.#server.signalCode !== null);
    await pause(2000);
    const { data, port, server } = this.#standby;
    execFileSync("setpriv", [...this.#setpriv, `${programs}/pg_ctl`, "promote", "-w", "-D", data], { cwd: "/", stdio: "ignore" });
    [this.#server, this.port, this.#data, this.#standby] = [server, port, data, undefined];
  }

  // As the owner.
  sql(statements, database = "oversight") {
    return execFileSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", `host=127.0.0.1 port=${this.port} user=owner dbname=${database}`],
      { input: statements, encoding: "utf8", env: { ...process.env, PGPASSWORD: "of the owner" }, stdio: ["pipe", "pipe", "inherit"] });
  }

  // Makes the roles and schemas that the Secret holds the passwords of, and writes into its files what is not as usual here: the ports,
  // and no TLS.
  setUp(secret) {
    this.sql(readFileSync(secret.schemas, "utf8"));
    for (const [name, text] of Object.entries(secret.files().oversight).filter(([name]) => name.endsWith(".conf"))) {
      secret.write(name, text.replace(/^port=.*$/m, `port=${this.port},${this.standbyPort}`).replace("verify-full", "disable")
        .replace(/^sslrootcert=.*$/m, ""));
    }
  }

  async #end() {
    this.#server.kill("SIGINT");  // "Fast": sessions are ended.
    await until("PostgreSQL has ended", () => this.#server.exitCode !== null || this.#server.signalCode !== null);
  }
  async restart() {
    await this.#end();
    await this.#launch();
  }
  async stop() {
    if (this.#server) await this.#end();
    this.#standby?.server.kill("SIGQUIT");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
