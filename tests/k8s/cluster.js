// What would be applied to a cluster, as objects: every kustomization of k8s/overlays as kubectl renders it, and those in
// folders beside this file. Without a cluster: kubectl needs none to render.
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { parseAllDocuments } from "yaml";
import { root, run } from "../support/programs.js";

export const services = ["forces-service", "concerns-service", "monitoring-service", "gateway"];

// One YAML text as objects. Anchors must not be left, keys not be given twice: the parser throws.
export const parse = (text) =>
  parseAllDocuments(text, { uniqueKeys: true }).map((document) => {
    if (document.errors.length) throw document.errors[0];
    return document.toJS();
  }).filter((object) => object !== null);

const foldersOf = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: false }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? foldersOf(path) : entry.name === "kustomization.yaml" ? [folder] : [];
  });

// By folder name: "production", "production/migrate", "everything". The components (`settings`) do not stand alone.
export const rendered = new Map(
  [
    ...foldersOf(join(root, "k8s/overlays")).filter((folder) => !folder.endsWith("/settings"))
      .map((folder) => [relative(join(root, "k8s/overlays"), folder), folder]),
    ...foldersOf(join(root, "tests/k8s")).map((folder) => [relative(join(root, "tests/k8s"), folder), folder]),
  ].map(([name, folder]) => [name, parse(run("kubectl", ["kustomize", folder]))]));

export const ofKind = (objects, kind) => objects.filter((object) => object.kind === kind);
export const named = (objects, kind, name) => {
  const found = ofKind(objects, kind).filter((object) => object.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} objects are ${kind} ${name}.`);
  return found[0];
};

// Every pod that the objects make: {owner, kind, name, template, containers (init containers too), long (runs on)}.
export const podsOf = (objects) =>
  objects.flatMap((owner) => {
    const template = owner.kind === "CronJob" ? owner.spec.jobTemplate.spec.template : owner.spec?.template;
    if (!template?.spec?.containers) return [];
    return [{
      owner, kind: owner.kind, name: owner.metadata.name, template,
      containers: [...(template.spec.initContainers ?? []), ...template.spec.containers],
      long: owner.kind === "Deployment" || owner.kind === "StatefulSet",
    }];
  });

// Whether a label selector takes these labels; an empty one takes all.
export const selects = (selector, labels) => {
  if (selector.matchExpressions) throw new Error("matchExpressions are not used here.");
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels?.[key] === value);
};

// "1Gi" in bytes.
export const bytes = (quantity) => {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity);
  return Number(number) * (unit === "Gi" ? 1 << 30 : 1 << 20);
};
// "20s" in seconds.
export const seconds = (duration) => Number(/^(\d+)s$/.exec(duration)[1]);
// The value of --flag among arguments, "true" for a bare one; undefined when it is not there.
export const flag = (args, name) => {
  const argument = args.find((each) => each === `--${name}` || each.startsWith(`--${name}=`));
  return argument?.includes("=") ? argument.slice(argument.indexOf("=") + 1) : argument && "true";
};
