// The one Secret that production needs, made as docs/operations.md tells operators: by k8s/secret.sh, and the tokens of an issuer put
// beside what it makes.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "../support/programs.js";

const withoutTokens = Object.fromEntries(["concerns-service", "monitoring-service", "gateway", "backup"].map((name) => [`${name}.token`, "none"]));

export class Secret {
  folder = mkdtempSync(join(tmpdir(), "oversight-k8s-secret-"));
  // What makes the database's roles and schemas.
  schemas = join(this.folder, "schemas.sql");
  // The authority of the certificates.
  ca = join(this.folder, "secret/ca.crt");

  // `host` is PostgreSQL's, `tokens` by file name. Without them it is good for its certificates alone.
  constructor(host = "postgres.example", tokens = withoutTokens) {
    mkdirSync(join(this.folder, "secret"));
    for (const [name, token] of Object.entries(tokens)) this.write(name, token);
    this.run(`--postgres-host=${host}`);
  }
  // Makes the certificates anew, and whatever else the arguments say.
  run(...args) {
    return run(join(root, "k8s/secret.sh"), [this.folder, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  }
  write(name, text) {
    writeFileSync(join(this.folder, "secret", name), text);
  }
  // As Kubernetes has it, by the Secret's name.
  files() {
    const folder = join(this.folder, "secret");
    return { oversight: Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")])) };
  }
  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
