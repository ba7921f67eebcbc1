// docs/operations.md is true where that can be checked: its flags are those of the programs, and what it names is there.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { root } from "../support/programs.js";
import { ofKind, rendered, services } from "./cluster.js";
import { commandsOf, flagsOf } from "./help.js";
import { document, updated } from "./flag_tables.js";

const text = readFileSync(document, "utf8");

describe("docs/operations.md", () => {
  it("has the flags of the programs", () =>
    assert.equal(text, updated(text), "Run: BIN=build/release/bin node tests/k8s/flag_tables.js --write"));

  it("applies overlays that there are", () => {
    const applied = [...text.matchAll(/apply -k (k8s\/\S+)/g)].map(([, path]) => path);
    assert.ok(applied.length >= 4);
    for (const path of applied) assert.ok(rendered.has(path.replace("k8s/overlays/", "")), path);
  });

  it("names files and pages that there are", () => {
    for (const [, path] of text.matchAll(/(?<![\w/.])((?:k8s|data|tests)\/[\w./-]*\w)/g)) assert.ok(existsSync(join(root, path)), path);
    for (const [, path] of text.matchAll(/\]\(([^)#:]+)\)/g)) assert.ok(existsSync(join(dirname(document), path)), path);
  });

  it("names objects that an overlay has", () => {
    const all = [...rendered.values()].flat();
    const is = (kind, name) => all.some((object) => object.kind === kind && object.metadata.name === name);
    const made = ["before-upgrade", "now"];  // By the commands themselves.
    for (const [, kind, name] of text.matchAll(/\b(service|deployment|statefulset|job|cronjob)\/([a-z][a-z-]*)/g)) {
      const kinds = { service: "Service", deployment: "Deployment", statefulset: "StatefulSet", job: "Job", cronjob: "CronJob" };
      assert.ok(is(kinds[kind], name) || (kind === "job" && made.includes(name)), `${kind}/${name}`);
    }
    for (const [, label] of text.matchAll(/-l '?([\w./]+)(?:=| in)/g)) assert.ok(all.some((object) => label in (object.metadata.labels ?? {})), label);
    assert.ok(ofKind(all, "PersistentVolumeClaim").some((claim) => claim.metadata.name === "backups"));
  });

  it("names flags that a program has", () => {
    const known = new Set(services.flatMap((program) => [undefined, ...commandsOf(program)].flatMap((command) =>
      flagsOf(program, command).map((flag) => flag.name))));
    const ours = [...text.matchAll(/`--([a-z-]+)/g)].map(([, name]) => name);
    assert.ok(ours.length > 10);
    for (const name of ours) assert.ok(known.has(name), `--${name}`);
  });
});
