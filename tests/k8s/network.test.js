// Who may reach whom under the NetworkPolicies, worked out as a cluster would and held against who needs to: every pair of pods
// and every port, so that neither a missing way nor one too many goes unseen.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { flag, ofKind, podsOf, rendered, selects } from "./cluster.js";

// Pods of the outside that policies speak of, beside those of the overlay.
const prometheus = { name: "prometheus", namespace: "monitoring", labels: { "app.kubernetes.io/name": "prometheus" } };
const outsiders = [
  prometheus,
  { name: "a pod beside Prometheus", namespace: "monitoring", labels: {} },
  { name: "ingress controller", namespace: "ingress-nginx", labels: {} },
  { name: "cluster DNS", namespace: "kube-system", labels: {}, ports: [53] },
  { name: "stranger", namespace: "default", labels: { "app.kubernetes.io/name": "gateway", "oversight/client": "true" } },
];

const insiders = (objects) =>
  podsOf(objects).map((pod) => ({
    name: pod.name, labels: pod.template.metadata.labels,
    namespace: ofKind(objects, "Namespace")[0].metadata.name,
    ports: pod.containers.flatMap((container) => (container.ports ?? []).map((port) => port.containerPort)),
  }));

const peerTakes = (peer, pod, namespace) => {
  if (peer.ipBlock) return pod.address === "outside" && peer.ipBlock.cidr === "0.0.0.0/0";
  if (pod.address) return false;
  if (peer.namespaceSelector) {
    if (!selects(peer.namespaceSelector, { "kubernetes.io/metadata.name": pod.namespace })) return false;
  } else if (pod.namespace !== namespace) return false;
  return !peer.podSelector || selects(peer.podSelector, pod.labels);
};
const portTakes = (rule, port) =>
  !rule.ports || rule.ports.some((each) => port === each.port || (each.endPort && port >= each.port && port <= each.endPort));

// One direction: pods that no policy of that type selects are open.
const open = (policies, type, own, other, port) => {
  const mine = policies.filter((policy) => policy.spec.policyTypes.includes(type) &&
    own.namespace === policy.metadata.namespace && selects(policy.spec.podSelector, own.labels));
  if (own.address || mine.length === 0) return true;
  return mine.some((policy) => (policy.spec[type.toLowerCase()] ?? []).some((rule) =>
    (rule.from ?? rule.to).some((peer) => peerTakes(peer, other, policy.metadata.namespace)) && portTakes(rule, port)));
};
const reaches = (policies, from, to, port) =>
  open(policies, "Egress", from, to, port) && open(policies, "Ingress", to, from, port);

for (const overlay of ["single-node", "single-node-tls", "production", "everything"]) {
  const objects = rendered.get(overlay);
  const policies = ofKind(objects, "NetworkPolicy");
  const pods = insiders(objects);
  // A database, and an issuer's keys.
  const outside = { name: "somewhere outside", address: "outside", ports: [5432, 443, 80] };
  const job = overlay.startsWith("single-node") ? [] : ["production/migrate", "production/restore"].map((name) =>
    ({ name, namespace: "oversight", labels: podsOf(rendered.get(name))[0].template.metadata.labels, ports: [] }));

  describe(`the policies of ${overlay}`, () => {
    it("allow what is needed and nothing else", () => {
      const found = [];
      const all = [...pods, ...job, ...outsiders];
      for (const from of all) {
        for (const to of [...pods, ...outsiders.filter((each) => each.ports), outside]) {
          if (from === to || (outsiders.includes(from) && !pods.includes(to))) continue;
          for (const port of to.ports) if (reaches(policies, from, to, port)) found.push(`${from.name} -> ${to.name}:${port}`);
        }
      }
      // From the flags: where each process looks for the others.
      const needed = podsOf(objects).filter((pod) => pod.long).flatMap((pod) => {
        const { args } = pod.containers[0];
        return ["forces", "concerns", "monitoring"].map((name) => flag(args, name)).filter(Boolean)
          .map((target) => `${pod.name} -> ${target.replace("dns:///", "")}`);
      });
      needed.push("backup -> gateway:7100", "backup -> gateway:8080");
      for (const { name, ports } of pods) {
        for (const port of ports.filter((each) => each >= 7200 && each < 7300)) needed.push(`prometheus -> ${name}:${port}`);
      }
      for (const { name } of [...pods, ...job]) needed.push(`${name} -> cluster DNS:53`);
      if (!overlay.startsWith("single-node")) {
        for (const name of ["forces-service", "concerns-service", "monitoring-service", ...job.map((each) => each.name)]) {
          needed.push(`${name} -> somewhere outside:5432`);
        }
      }
      if (!overlay.startsWith("single-node")) {
        for (const { name } of podsOf(objects).filter((pod) => pod.long)) needed.push(`${name} -> somewhere outside:443`);
      }
      if (overlay === "everything") needed.push("ingress controller -> gateway:8080");
      assert.deepEqual(found.sort(), needed.sort());
    });
  });
}
