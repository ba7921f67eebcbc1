// An issuer as production has one outside of the cluster: it publishes its keys at a URL, and gives tokens to the sample principals
// of data/principals.json.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../support/programs.js";
import { ofKind } from "./cluster.js";

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export class Issuer {
  #keys = generateKeyPairSync("ed25519");
  #principals = JSON.parse(readFileSync(join(root, "data/principals.json"), "utf8")).principals;
  // A file NAME.token for each principal: what the command line takes as --token-file.
  folder = mkdtempSync(join(tmpdir(), "oversight-k8s-issuer-"));

  async start() {
    const jwk = this.#keys.publicKey.export({ format: "jwk" });
    this.kid = createHash("sha256").update(jwk.x).digest("hex").slice(0, 8);
    const set = JSON.stringify({ keys: [{ ...jwk, kid: this.kid, use: "sig" }] });
    this.server = createServer((_, response) => response.end(set)).listen(0, "127.0.0.1");
    await once(this.server, "listening");
    for (const { name } of this.#principals) {
      const id = name.replace("principals/", "");
      writeFileSync(join(this.folder, `${id}.token`), this.token(id));
    }
    return this;
  }
  close() {
    this.server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  // Puts this issuer in the place of the example's.
  appoint(objects) {
    const map = ofKind(objects, "ConfigMap").find((each) => each.metadata.name.startsWith("oversight-issuer-"));
    map.data.jwks = `http://127.0.0.1:${this.server.address().port}/keys`;
    this.settings = map.data;
  }

  token(id) {
    const principal = this.#principals.find(({ name }) => name === `principals/${id}`);
    const now = Math.floor(Date.now() / 1000);
    const signed = [{ alg: "EdDSA", typ: "JWT", kid: this.kid }, {
      iss: this.settings?.issuer ?? "https://issuer.example", aud: this.settings?.audience ?? "oversight", sub: id, iat: now, exp: now + 3600,
      oversight_roles: principal.roles.map((role) => role.replace("ROLE_", "")), oversight_forces: principal.forces,
      oversight_regions: principal.regions, oversight_all_forces: principal.allForces,
    }].map(encoded).join(".");
    return `${signed}.${sign(null, Buffer.from(signed), this.#keys.privateKey).toString("base64url")}`;
  }
  // Those of the Secret, by file name.
  tokens() {
    const names = { backup: "operator", "concerns-service": "concerns-service", "monitoring-service": "monitoring-service", gateway: "gateway" };
    return Object.fromEntries(Object.entries(names).map(([key, id]) => [`${key}.token`, this.token(id)]));
  }
}
