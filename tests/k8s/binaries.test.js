// What the manifests say of the binaries, held against what the binaries say of themselves (--help) and the contract. It also finds
// what running them would not: a port that is not the one the documentation has, a flag given twice.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { root } from "../support/programs.js";
import { flag, named, ofKind, podsOf, rendered, services } from "./cluster.js";
import { commandsOf, flagsOf } from "./help.js";

// The full names of all services of the contract.
const contract = readdirSync(join(root, "protos"), { recursive: true }).filter((name) => name.endsWith(".proto")).flatMap((name) => {
  const text = readFileSync(join(root, "protos", name), "utf8");
  const [, pack] = /^package ([a-z0-9.]+);/m.exec(text);
  return [...text.matchAll(/^service (\w+) \{/gm)].map(([, service]) => `${pack}.${service}`);
});

const programOf = (container) => /\/([^/:]+):/.exec(container.image)[1];
const nameOf = (argument) => /^--([a-z-]+)(=|$)/.exec(argument)?.[1];

for (const [overlay, objects] of rendered) {
  describe(overlay, () => {
    const containers = podsOf(objects).flatMap((pod) => pod.containers.map((container) => ({ pod, container })));

    it("gives only flags that the binary has, each once, and commands that it knows", () => {
      for (const { container } of containers) {
        const program = programOf(container);
        if (program === "oversight") continue;  // Its containers run scripts.
        const args = [...container.args];
        const command = args[0].startsWith("--") ? undefined : args.shift();
        if (command) assert.ok(commandsOf(program).includes(command), `${program} ${command}`);
        const known = flagsOf(program, command).map((each) => each.name);
        const given = args.map(nameOf).filter(Boolean);
        assert.equal(new Set(given).size, given.length, `${program}: ${given}`);
        for (const name of given) assert.ok(known.includes(name), `${program} has no --${name}`);
        const words = args.filter((each) => !each.startsWith("--"));
        assert.equal(words.length, command === "restore" ? 1 : 0, `${program}: ${words}`);
      }
    });

    it("gives no variable that a binary would take for a flag that is also given", () => {
      for (const { container } of containers) {
        const program = programOf(container);
        if (program === "oversight") continue;
        const variables = flagsOf(program).map((each) => each.variable);
        for (const { name } of container.env ?? []) assert.ok(!variables.includes(name), `${program}: ${name}`);
      }
    });

    it("listens at all addresses, on the ports that the binaries have by default", () => {
      for (const { pod, container } of containers.filter((each) => each.pod.long)) {
        const defaults = Object.fromEntries(flagsOf(pod.name).map((each) => [each.name, each.value]));
        for (const [name, port] of [["listen", "grpc"], ["admin-listen", "admin"], ["http-listen", "http"]]) {
          if (!(name in defaults)) continue;
          const number = Number(defaults[name].split(":")[1]);
          assert.equal(flag(container.args, name), `0.0.0.0:${number}`, `${pod.name} --${name}`);
          assert.equal(container.ports.find((each) => each.name === port)?.containerPort, number, `${pod.name} ${port}`);
        }
      }
    });

    it("looks for the other services where a Service is", () => {
      for (const { pod, container } of containers.filter((each) => each.pod.long)) {
        const others = flagsOf(pod.name).map((each) => each.name).filter((name) => services.includes(`${name}-service`));
        for (const name of others) {
          const target = flag(container.args, name);
          const [, host, port] = /^dns:\/\/\/([a-z-]+):(\d+)$/.exec(target) ?? assert.fail(`${pod.name}: ${target}`);
          assert.equal(host, `${name}-service`);
          assert.ok(named(objects, "Service", host).spec.ports.some((each) => each.name === "grpc" && each.port === Number(port)), target);
        }
      }
    });

    it("reads files that the tree has where the image puts them", () => {
      for (const { container } of containers) {
        for (const argument of container.args ?? []) {
          const [, path] = /=\/usr\/share\/oversight\/(.+)$/.exec(argument) ?? [];
          if (path) assert.ok(existsSync(join(root, path)), argument);
        }
        // Every file that the binary reads by default is said, since defaults are relative.
        if (container.args && !container.args[0].match(/^[a-z]/)) {
          for (const { name, value } of flagsOf(programOf(container)).filter((each) => /^(sqlite:)?\.?data\//.test(each.value))) {
            assert.match(flag(container.args, name) ?? "", /^(sqlite:|postgres:)?\//, `--${name} would be ${value}`);
          }
        }
      }
    });

    it("asks for the health of services of the contract", () => {
      for (const { pod, container } of containers) {
        for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe].filter(Boolean)) {
          if (probe.httpGet) continue;  // manifests.test.js has its path, running.test.js its answer.
          assert.ok(probe.grpc.service === "liveness" || contract.includes(probe.grpc.service), `${pod.name}: ${probe.grpc.service}`);
        }
      }
    });
  });
}

describe("the ways in", () => {
  it("lead to ports of Services", () => {
    const objects = rendered.get("everything");
    for (const { spec } of ofKind(objects, "Ingress")) {
      for (const { http } of spec.rules) {
        for (const { backend: { service } } of http.paths) {
          assert.ok(named(objects, "Service", service.name).spec.ports.some((port) => port.name === service.port.name));
        }
      }
    }
    const { selector, endpoints } = named(objects, "ServiceMonitor", "oversight").spec;
    for (const name of services) {
      const service = named(objects, "Service", name);
      assert.equal(service.metadata.labels["app.kubernetes.io/part-of"], selector.matchLabels["app.kubernetes.io/part-of"]);
      assert.ok(service.spec.ports.some((port) => port.name === endpoints[0].port), name);
    }
  });

  it("are where the backup looks", () => {
    const objects = rendered.get("production");
    const [{ env }] = podsOf(objects).find((pod) => pod.name === "backup").containers;
    const [host, port] = env.find((each) => each.name === "OVERSIGHT_GATEWAY").value.split(":");
    assert.ok(named(objects, "Service", host).spec.ports.some((each) => each.port === Number(port)));
  });
});

describe("the flags of every program", () => {
  it("take no secret, which a list of processes would show, but a file that holds it", () => {
    const called = /(^|-)(keys?|tokens?|secrets?|passwords?|passphrases?|credentials?)(-|$)/;
    const flags = services.flatMap((program) => [undefined, ...commandsOf(program)].flatMap((command) => flagsOf(program, command)));
    const secret = flags.filter((each) => called.test(each.name) && !each.name.endsWith("-endpoint"));
    assert.deepEqual([...new Set(secret.map((each) => each.name))].sort(), ["session-key-file", "sign-in-client-secret-file", "tls-key", "token-file"]);
    for (const each of secret) assert.match(each.meaning, /\bfile\b/, `--${each.name}`);
  });
});
