// The root file systems that `make image` has made: each program started inside its own, as its container would be: as the pods' user, on
// a root that cannot be written, with /tmp and nothing else of its own. Run by `make image`, since it needs root and what that made.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { binary, root, run, until } from "../support/programs.js";
import { podsOf, rendered, services } from "./cluster.js";

const { runAsUser, runAsGroup } = podsOf(rendered.get("production"))[0].template.spec.securityContext;
const folder = mkdtempSync(join(tmpdir(), "oversight-roots-"));
const running = [];
after(async () => {
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

const image = (program) => join(root, "build/image", program);
// The command that runs `args` inside the image, with `tmp` as its /tmp.
const inside = (program, tmp, args) => {
  const at = image(program);
  return ["--pdeathsig=KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc",
    `mount --bind ${at} ${at}; mount -o remount,bind,ro ${at}; mount -t proc proc ${at}/proc; mount --bind ${tmp} ${at}/tmp
     exec chroot --userspec=${runAsUser}:${runAsGroup} ${at} env -C /usr/share/oversight "$@"`, "sh", ...args];
};
const temporary = (program) => {
  const tmp = mkdtempSync(join(folder, `${program}-`));
  chmodSync(tmp, 0o1777);
  return tmp;
};
const tell = (program, args) => run("setpriv", inside(program, temporary(program), args), { stdio: ["ignore", "pipe", "pipe"] });

describe("the root file systems", () => {
  for (const program of [...services, "oversight"]) {
    it(`of ${program} holds the program that was built, says what is in it, and cannot be written`, () => {
      assert.ok(existsSync(image(program)), "Run make image.");
      assert.equal(tell(program, [`/usr/local/bin/${program}`, "--version"]), run(binary(program), ["--version"]));
      const told = JSON.parse(readFileSync(join(image(program), "usr/share/oversight/sbom.spdx.json"), "utf8"));
      const installed = tell(program, ["dpkg-query", "-W", "-f", "${Package} ${Version}\n"]).trim().split("\n");
      assert.deepEqual(told.packages.slice(1).map((each) => `${each.name} ${each.versionInfo}`), installed);
      assert.ok(installed.length < 150, `${installed.length} packages are more than a slim image has`);
      assert.equal(tell(program, ["id", "-u"]).trim(), `${runAsUser}`);
      assert.throws(() => tell(program, ["touch", "/usr/share/oversight/new"]), /Read-only file system/);
    });
  }

  it("serve: all four programs find what they need inside, and each other", async () => {
    const addresses = {};
    for (const program of services) {
      const tmp = temporary(program);
      const short = program.replace("-service", "");
      const args = ["--insecure", "--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0", "--drain-delay=0s", "--ready-file=/tmp/ready.json"];
      if (program === "gateway") args.push("--http-listen=127.0.0.1:0");
      else args.push(`--store=sqlite:/tmp/${short}.db`);
      for (const other of ["forces", "concerns", "monitoring"]) {
        if (run(binary(program), ["--help"]).includes(`--${other}=`)) args.push(`--${other}=${addresses[`${other}-service`].grpc}`);
      }
      const child = spawn("setpriv", inside(program, tmp, [`/usr/local/bin/${program}`, ...args]), { stdio: ["ignore", "pipe", "pipe"] });
      running.push(child);
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => { output += data; });
      addresses[program] = JSON.parse(await until(`${program} serves`, () => {
        if (child.exitCode !== null) throw new Error(`${program} ended:\n${output}`);
        const ready = join(tmp, "ready.json");
        return existsSync(ready) && readFileSync(ready, "utf8").endsWith("}\n") && readFileSync(ready, "utf8");
      }));
      await until(`${program} is ready`, async () => (await fetch(`http://${addresses[program].admin}/readyz`)).ok);
    }
    const answer = tell("oversight", ["/usr/local/bin/oversight", `--gateway=${addresses.gateway.grpc}`, "--as=records-manager", "import", "data/forces.csv"]);
    assert.match(answer, /\d/);
    const page = await fetch(`http://${addresses.gateway.http}/`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<html/);
  });
});
