// An authority of the tests' own, and the Secrets of components/tls that it issues, made by the openssl command.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, services } from "./cluster.js";

export class Authority {
  #folder = mkdtempSync(join(tmpdir(), "oversight-authority-"));

  constructor(name = "authority") {
    this.#openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", `/CN=${name}`,
      "-addext", "keyUsage=keyCertSign", "-keyout", "ca.key", "-out", "ca.crt");
    this.file = join(this.#folder, "ca.crt");
    this.certificate = readFileSync(this.file, "utf8");
  }
  #openssl(...args) {
    run("openssl", args, { cwd: this.#folder, stdio: ["ignore", "pipe", "pipe"] });
  }

  // A Secret of a program, with a new key: of its name, and of this machine, where the command line reaches it. `trusted` are the
  // authorities that it holds others to.
  secret(name, trusted = [this]) {
    writeFileSync(join(this.#folder, "extensions"),
      `subjectAltName=DNS:${name},IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n`);
    this.#openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${name}`, "-keyout", "key", "-out", "request");
    this.#openssl("x509", "-req", "-in", "request", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile",
      "extensions", "-out", "crt");
    return {
      "tls.crt": readFileSync(join(this.#folder, "crt"), "utf8"), "tls.key": readFileSync(join(this.#folder, "key"), "utf8"),
      "ca.crt": trusted.map((each) => each.certificate).join(""),
    };
  }
  // Those of all programs, by the names that components/tls has for them.
  secrets(trusted) {
    return Object.fromEntries(services.map((name) => [`${name}-tls`, this.secret(name, trusted)]));
  }

  close() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
