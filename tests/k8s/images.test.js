// The Dockerfile, without an engine: what can be read from it, whether the tree it copies is enough to build, and whether the
// packages that it installs are those that the programs are linked to. It does not build an image.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, it } from "node:test";
import { DockerfileParser } from "dockerfile-ast";
import { binary, root, run } from "../support/programs.js";
import { podsOf, rendered, services } from "./cluster.js";
import { flagsOf } from "./help.js";

const programs = [...services, "oversight"];
const instructions = DockerfileParser.parse(readFileSync(join(root, "Dockerfile"), "utf8")).getInstructions();

// By stage: {from, instructions: [[keyword, rest]]}.
const stages = new Map();
let current;
for (const instruction of instructions) {
  const keyword = instruction.getKeyword();
  const words = instruction.getArguments().map((each) => each.getValue());
  if (keyword === "FROM") {
    current = { from: words[0], instructions: [] };
    assert.equal(words[1], "AS");
    stages.set(words[2], current);
  } else {
    const flags = (instruction.getFlags?.() ?? []).map((each) => `${each.getName()}=${each.getValue()}`);
    current?.instructions.push({ keyword, words, flags, text: instruction.getRawArgumentsContent?.() ?? words.join(" ") });
  }
}
const of = (stage, keyword) => stages.get(stage).instructions.filter((each) => each.keyword === keyword);

describe("the Dockerfile", () => {
  it("has a stage for each program, and those of Kubernetes' images are among them", () => {
    assert.deepEqual([...stages.keys()], ["build", "runtime", ...programs]);
    for (const objects of rendered.values()) {
      for (const { containers } of podsOf(objects)) {
        for (const { image } of containers) assert.ok(programs.includes(/\/([^/:]+):/.exec(image)[1]), image);
      }
    }
  });

  it("makes the version that the manifests name", () => {
    const [, version] = /^project\(oversight VERSION ([\d.]+)/m.exec(readFileSync(join(root, "CMakeLists.txt"), "utf8"));
    for (const objects of rendered.values()) {
      for (const { containers } of podsOf(objects)) {
        for (const { image } of containers) assert.equal(image.split(":").at(-1), version, image);
      }
    }
  });

  it("builds on the Debian that it runs on", () => {
    assert.equal(stages.get("build").from, "debian:bookworm-slim");
    assert.equal(stages.get("runtime").from, "debian:bookworm-slim");
    for (const program of programs) assert.equal(stages.get(program).from, "runtime");
  });

  it("starts each program itself, as the user that the pods run as", () => {
    const [user] = of("runtime", "USER");
    for (const objects of rendered.values()) {
      for (const { template: { spec } } of podsOf(objects)) {
        assert.equal(user.words[0], `${spec.securityContext.runAsUser}:${spec.securityContext.runAsGroup}`);
      }
    }
    for (const program of programs) {
      assert.deepEqual(stages.get(program).instructions.filter((each) => ["USER", "RUN", "CMD", "ADD", "ENV", "SHELL"].includes(each.keyword)), []);
      const [copy, ...more] = of(program, "COPY");
      assert.equal(more.length, 0);
      assert.deepEqual(copy.flags, ["from=build"]);
      assert.deepEqual(copy.words, [`/src/build/release/bin/${program}`, "/usr/local/bin/"]);
      assert.ok(existsSync(binary(basename(copy.words[0]))), "The build makes no such program.");
      // Exec form: a shell in between would not pass SIGTERM on.
      const [entry] = of(program, "ENTRYPOINT");
      assert.deepEqual(JSON.parse(entry.text), [`/usr/local/bin/${program}`]);
    }
  });

  it("exposes the ports that the programs have by default", () => {
    for (const program of services) {
      const ports = flagsOf(program).filter((each) => each.name.endsWith("listen") && each.value.includes(":")).map((each) => each.value.split(":")[1]);
      assert.deepEqual(of(program, "EXPOSE")[0].words.sort(), ports.sort());
    }
  });

  it("has the data where the manifests and the defaults look for it", () => {
    assert.ok(of("runtime", "COPY").some((each) => each.words.join(" ") === "data /usr/share/oversight/data"));
    assert.equal(of("runtime", "WORKDIR")[0].words[0], "/usr/share/oversight");
  });

  it("is built for a commit", () => {
    assert.ok(of("build", "ARG").some((each) => each.words[0] === "COMMIT"));
    assert.ok(of("build", "RUN").some((each) => each.text.includes('-DOVERSIGHT_GIT_COMMIT="$COMMIT"')));
  });
});

describe("what the image is built from", () => {
  const folder = mkdtempSync(join(tmpdir(), "oversight-image-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const copies = [...of("build", "COPY"), ...of("runtime", "COPY")].flatMap(({ words }) =>
    words.slice(0, -1).map((source) => ({ source, target: words.at(-1) })));

  it("is there, and not kept from the engine", () => {
    const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
    for (const { source } of copies) {
      assert.ok(existsSync(join(root, source)), source);
      for (const line of ignored) assert.ok(source !== line && !source.startsWith(`${line}/`), `${source} is ignored`);
    }
  });

  it("is enough: it configures, and no file is missing for any target", () => {
    for (const { source, target } of copies.filter((each) => !each.target.startsWith("/"))) {
      const isFolder = statSync(join(root, source)).isDirectory();
      const to = join(folder, isFolder ? target : join(target, basename(source)));
      mkdirSync(join(to, ".."), { recursive: true });
      cpSync(join(root, source), to, { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));  // As bootstrap.sh installs them.
    run("cmake", ["--preset", "release", "-DOVERSIGHT_BUILD_TESTS=OFF", "-DOVERSIGHT_GIT_COMMIT=0123456789ab"], { cwd: folder });
    run("ninja", ["-C", "build/release", "-n", ...programs], { cwd: folder });
    assert.match(run("cat", [join(folder, "build/release/common/observe/version.cc")]), /0123456789ab/);
  });
});

describe("the packages of the image", () => {
  const listed = of("runtime", "RUN").map((each) => each.text).join(" ").match(/--no-install-recommends([^&]+)/)[1]
    .split(/[\s\\]+/).filter(Boolean);

  it("are those that the programs are linked to, with what they read at run time", () => {
    const libraries = new Set(programs.flatMap((program) =>
      [...run("readelf", ["-d", binary(program)]).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name)));
    const paths = Object.fromEntries(programs.flatMap((program) =>
      [...run("ldd", [binary(program)]).matchAll(/^\s*(\S+) => (\S+)/gm)].map(([, name, path]) => [name, path])));
    const owners = new Set([...libraries].map((name) => {
      // dpkg knows a file by the name it was packed under, which may be with or without /usr.
      for (const path of [paths[name], paths[name].replace(/^\/usr/, ""), `/usr${paths[name]}`]) {
        try {
          return execFileSync("dpkg", ["-S", path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split(":")[0];
        } catch { /* the other name */ }
      }
      throw new Error(`No package has ${paths[name]}.`);
    }));
    // In every Debian image: the C library and that of the compiler.
    for (const base of ["libc6", "libgcc-s1"]) owners.delete(base);
    // For PostgreSQL's certificate, and for what is a day in London.
    assert.deepEqual([...listed].sort(), [...owners, "ca-certificates", "tzdata"].sort());
  });

  it("are told in the image as SPDX, each once and under a name that SPDX takes", () => {
    assert.ok(of("runtime", "RUN").some((each) => each.text.includes("sbom.sh \"$COMMIT\" > /usr/share/oversight/sbom.spdx.json")));
    const told = JSON.parse(run(join(root, "common/tools/sbom.sh"), ["0123456789ab"], { env: { ...process.env, SOURCE_DATE_EPOCH: "0" } }));
    assert.equal(told.spdxVersion, "SPDX-2.3");
    assert.equal(told.creationInfo.created, "1970-01-01T00:00:00Z");
    const installed = run("dpkg-query", ["-W", "-f", "${Package} ${Version}\n"]).trim().split("\n");
    const [own, ...debs] = told.packages;
    assert.deepEqual([own.name, own.versionInfo], ["oversight", "0123456789ab"]);
    assert.deepEqual(debs.map((each) => `${each.name} ${each.versionInfo}`), installed);
    const ids = told.packages.map((each) => each.SPDXID);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
    assert.deepEqual(told.relationships.map((each) => each.relatedSpdxElement), ids);
    for (const each of debs) assert.match(each.externalRefs[0].referenceLocator, /^pkg:deb\/debian\/[^+:@]+@[^+:@]+\?arch=/);
  });
});
