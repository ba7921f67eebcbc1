// Runs the containers of rendered pods as processes of this machine, from the binaries of the build: their own command, arguments
// and variables, with every mounted volume a folder of its own, the image's files those of the tree, and names of Services and
// fixed ports replaced by free ones. What a kubelet does, as far as it can be done without a cluster.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import { binary, root, until } from "../support/programs.js";
import { named } from "./cluster.js";

// Where the Dockerfile puts the tree's data folder.
const imageFiles = "/usr/share/oversight";

export class Kubelet {
  // `secrets` by name: the files of each, {"forces.conf": text}.
  constructor(secrets = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "oversight-k8s-"));
    this.secrets = secrets;
    this.mounted = [];  // {secret, path, files: [[key, file], ...]} of each volume that is a Secret
    this.addresses = new Map();  // "gateway:7100" -> where that is: the last pod of that name started
    this.running = [];
  }

  // The folder that is a volume of a pod: a claim's is the same for all who mount it and stays.
  #volume(objects, pod, name) {
    const claim = pod.owner.spec.volumeClaimTemplates?.find((each) => each.metadata.name === name);
    const volume = pod.template.spec.volumes.find((each) => each.name === name);
    const claimed = claim ? `${name}-${pod.name}-0` : volume.persistentVolumeClaim?.claimName;
    const path = claimed ? this.claim(claimed) : mkdtempSync(join(this.folder, `${name}-`));
    const write = (file, text) => {
      writeFileSync(join(path, file), text);
      chmodSync(join(path, file), 0o440);
    };
    if (volume?.configMap) {
      for (const [file, text] of Object.entries(named(objects, "ConfigMap", volume.configMap.name).data)) write(file, text);
    }
    if (volume?.secret) {
      const { secretName: secret, items } = volume.secret;
      if (!this.secrets[secret]) throw new Error(`The pod ${pod.name} would not start: there is no Secret ${secret}.`);
      const files = items ? items.map(({ key, path: file }) => [key, file]) : Object.keys(this.secrets[secret]).map((key) => [key, key]);
      const missing = files.find(([key]) => this.secrets[secret][key] === undefined);
      if (missing) throw new Error(`The pod ${pod.name} would not start: ${secret} has no ${missing[0]}.`);
      this.mounted.push({ secret, path, files });
      this.#put(this.mounted.at(-1));
      for (const [, file] of files) symlinkSync(join("..data", file), join(path, file));
    }
    for (const { secret } of volume?.projected?.sources ?? []) {
      for (const { key, path: file } of secret.items) {
        const text = this.secrets[secret.name]?.[key];
        if (text !== undefined) write(file, text);
        else if (!secret.optional) throw new Error(`The pod ${pod.name} would not start: ${secret.name} has no ${key}.`);
      }
    }
    return path;
  }
  // The files of a Secret in a volume: all of them change in one step, as a kubelet has it.
  #put({ secret, path, files }) {
    const version = mkdtempSync(join(path, "..version-"));
    for (const [key, file] of files) writeFileSync(join(version, file), this.secrets[secret][key], { mode: 0o440 });
    symlinkSync(version, join(path, "..next"));
    renameSync(join(path, "..next"), join(path, "..data"));
  }
  // Changes Secrets, of running pods too.
  replaceSecrets(secrets) {
    Object.assign(this.secrets, secrets);
    for (const each of this.mounted) {
      if (each.secret in secrets) this.#put(each);
    }
  }
  claim(name) {
    const path = join(this.folder, "claims", name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  #spawn(objects, pod, container, { extra = [], env = {}, ports = {}, release = { root } }) {
    const variables = Object.fromEntries((container.env ?? []).map(({ name, value, valueFrom }) => [name, value ??
      named(objects, "ConfigMap", valueFrom.configMapKeyRef.name).data[valueFrom.configMapKeyRef.key]]));
    Object.assign(variables, env);
    const mounts = container.volumeMounts.map((mount) => [mount.mountPath, this.#volume(objects, pod, mount.name)])
      .concat([[imageFiles, release.root]]).sort(([a], [b]) => b.length - a.length);
    const paths = new RegExp(`(^|[=:])(${mounts.map(([path]) => path).join("|")})(?=/|$)`);
    const here = (text) => {
      let result = text.replace(/\$\((\w+)\)/g, (all, name) => variables[name] ?? all);
      result = result.replace(paths, (all, before, path) => before + mounts.find(([each]) => each === path)[1]);
      for (const [service, address] of this.addresses) result = result.replace(service, address);
      return result.replace(/0\.0\.0\.0:(\d+)/, (all, number) =>
        `127.0.0.1:${ports[container.ports.find((each) => each.containerPort === Number(number)).name] ?? 0}`);
    };
    // A mount within another, such as three volumes in one folder, is reached through the outer path too.
    for (const name of Object.keys(variables)) {
      const inner = mounts.filter(([path]) => path.startsWith(`${variables[name]}/`));
      if (inner.length) variables[name] = this.#together(inner, variables[name]);
      else variables[name] = here(variables[name]);
    }
    const own = (name) => (release.bin ? resolve(release.bin, name) : binary(name));
    const [program, ...first] = container.command ?? [own(container.image.replace(/^.*\/([^:]+):.*$/, "$1"))];
    // Gone with the test, however that ends; setpriv becomes the program.
    const child = spawn("setpriv", ["--pdeathsig=KILL", program, ...[...first, ...(container.args ?? [])].map(here), ...extra], {
      cwd: "/", stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: `${binary("")}:/usr/bin:/bin`, TMPDIR: this.folder, ...variables },
    });
    const process_ = { child, pod, container, output: "", ended: once(child, "exit").then(([code, signal]) => signal ?? code) };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => { process_.output += data; });
    return process_;
  }
  #together(mounts, path) {
    const folder = mkdtempSync(join(this.folder, "mounts-"));
    for (const [inner, target] of mounts) {
      symlinkSync(target, join(folder, inner.slice(path.length + 1)));
    }
    return folder;
  }

  // Starts the one container of a pod that runs on, and waits until it serves. Of its ports by name, those in `ports` are fixed. A
  // `release` has its binaries in `bin` and the image's files in `root`; otherwise both are this tree's.
  async start(objects, pod, ports = {}, release = undefined) {
    const ready = join(this.folder, `ready-${this.running.length}.json`);
    const started = this.#spawn(objects, pod, pod.containers[0], { extra: [`--ready-file=${ready}`], ports, release });
    this.running.push(started);
    started.addresses = JSON.parse(await until(`${pod.name} serves`, async () => {
      if (started.child.exitCode !== null) throw new Error(`${pod.name} ended:\n${started.output}`);
      return existsSync(ready) && readFileSync(ready, "utf8").endsWith("}\n") && readFileSync(ready, "utf8");
    }));
    for (const port of pod.containers[0].ports) {
      this.addresses.set(`${pod.name}:${port.containerPort}`, started.addresses[port.name]);
    }
    return started;
  }

  // Runs the containers of a pod that ends, one after the other, until one fails: {code, output} of the last.
  async finish(objects, pod, env = {}) {
    let last;
    for (const container of pod.containers) {
      const one = this.#spawn(objects, pod, container, { env });
      this.running.push(one);
      last = { code: await one.ended, output: one.output, container: container.name };
      if (last.code !== 0) break;
    }
    return last;
  }

  // As a kubelet stops a pod: SIGTERM, and no more time than the pod has. Gives the exit code, or "SIGKILL".
  async stop(started) {
    started.child.kill("SIGTERM");
    const grace = started.pod.template.spec.terminationGracePeriodSeconds * 1000;
    const kill = setTimeout(() => started.child.kill("SIGKILL"), grace);
    const code = await started.ended;
    clearTimeout(kill);
    return code;
  }

  async close() {
    for (const { child, ended } of this.running) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await ended;
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// Whether a container passes a probe of its own now: "SERVING", "NOT_SERVING", or why it cannot be told.
export const passes = async ({ addresses, pod: { containers: [container] } }, kind) => {
  const { grpc: asked, httpGet } = container[kind];
  if (asked) return probe(addresses.grpc, asked.service);
  try {
    const answer = await fetch(`http://${addresses[httpGet.port]}${httpGet.path}`, { signal: AbortSignal.timeout(1000) });
    return answer.ok ? "SERVING" : "NOT_SERVING";
  } catch (error) {
    return error.cause?.code ?? error.message;
  }
};

// What a gRPC probe asks: "SERVING", "NOT_SERVING", or the name of the error.
export const probe = async (address, service) => {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  try {
    const name = Buffer.from(service);
    const answer = await new Promise((resolve, reject) => client.makeUnaryRequest("/grpc.health.v1.Health/Check",
      (bytes) => bytes, (bytes) => bytes, Buffer.concat([Buffer.from([0x0a, name.length]), name]),
      { deadline: Date.now() + 1000 }, (error, value) => (error ? reject(error) : resolve(value))));
    return answer.equals(Buffer.from([0x08, 1])) ? "SERVING" : "NOT_SERVING";
  } catch (error) {
    return grpc.status[error.code];
  } finally {
    client.close();
  }
};
