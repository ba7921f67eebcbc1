// Whether an object is what its kind may be, by the published schemas: values by the validators of kubernetes-models, keys by
// its types. The validators let unknown keys pass, and a key with a slip of the pen is a setting that is silently not made; the
// TypeScript compiler refuses a key that a literal's type does not have.
import { createRequire } from "node:module";
import { join } from "node:path";
import ts from "typescript";
import { root } from "../support/programs.js";

const require = createRequire(import.meta.url);

// Where the model of a kind is; an apiVersion that no package has is an error of its own.
const modelPath = ({ apiVersion, kind }) =>
  apiVersion.startsWith("monitoring.coreos.com/")
    ? `@kubernetes-models/prometheus-operator/${apiVersion}/${kind}`
    : apiVersion.startsWith("cert-manager.io/") ? `@kubernetes-models/cert-manager/${apiVersion}/${kind}`
    : `kubernetes-models/${apiVersion}/${kind}`;

// What is wrong with the values; [] when nothing.
export const faultsOfValues = (object) => {
  const Model = Object.values(require(modelPath(object))).find((each) => each.kind === object.kind);
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata?.name}: ${error.message}`];
  }
};

// What is wrong with the keys (and types) of any of them; [] when nothing. One run of the compiler for all: it takes seconds.
export const faultsOfKeys = (objects) => {
  const file = join(root, "tests/k8s/objects.ts");  // Exists only in memory; where it would be decides how imports are found.
  const text = objects.map((object, i) =>
    `import type { I${object.kind} as Kind${i} } from ${JSON.stringify(modelPath(object))};\n` +
    `export const object${i}: Kind${i} = ${JSON.stringify(object)};\n`).join("");
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, types: [],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, rest[0]) : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => (name === file ? text : readFile.call(host, name));
  const lines = text.split("\n");
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).map((diagnostic) => {
    const line = diagnostic.file ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line : 0;
    const object = objects[Math.floor(line / 2)];
    return `${object?.kind} ${object?.metadata?.name}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}` +
      (lines[line].startsWith("import") ? ` (${lines[line]})` : "");
  });
};
