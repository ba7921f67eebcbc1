// Every overlay as it would be applied: that it is valid, safe and whole, by itself. What it says of the binaries is held against
// them in binaries.test.js, who may reach whom in network.test.js.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytes, flag, named, ofKind, podsOf, rendered, seconds, selects, services } from "./cluster.js";
import { faultsOfKeys, faultsOfValues } from "./schemas.js";

const everything = [...rendered.values()].flat();
const suites = ["dev", "single-node", "single-node-tls", "production", "everything"];

describe("the tests themselves", () => {
  const sample = () => structuredClone(named(rendered.get("production"), "Deployment", "gateway"));
  it("look at all overlays", () =>
    assert.deepEqual([...rendered.keys()].sort(),
      ["dev", "everything", "production", "production/migrate", "production/restore", "single-node", "single-node-tls", "single-node/restore"]));
  it("see a key that is misspelt, deep in an object", () => {
    const object = sample();
    object.spec.template.spec.containers[0].readinesProbe = {};
    assert.deepEqual(faultsOfValues(object), [], "The validators have learnt about unknown keys: schemas.js is simpler then.");
    assert.match(faultsOfKeys([object])[0], /readinesProbe/);
  });
  it("see a value of the wrong type", () => {
    const object = sample();
    object.spec.minReadySeconds = "soon";
    assert.match(faultsOfValues(object)[0], /minReadySeconds/);
  });
});

describe("all objects", () => {
  it("have values that their schemas allow", () => assert.deepEqual(everything.flatMap(faultsOfValues), []));
  it("have only keys that their schemas know", () => assert.deepEqual(faultsOfKeys(everything), []));
});

for (const [overlay, objects] of rendered) {
  const pods = podsOf(objects);
  describe(overlay, () => {
    it("puts everything into one namespace", () => {
      const namespaces = new Set(objects.map((object) =>
        object.kind === "Namespace" ? object.metadata.name : object.metadata.namespace));
      assert.equal(namespaces.size, 1, [...namespaces].join(", "));
    });

    it("has no object twice", () => {
      const names = objects.map((object) => `${object.kind} ${object.metadata.name}`);
      assert.equal(new Set(names).size, names.length, names.join("\n"));
    });

    it("names its images with a tag that is not latest", () => {
      for (const { name, containers } of pods) {
        for (const { image } of containers) assert.match(image, /:\d+\.\d+\.\d+$/, `${name}: ${image}`);
      }
    });

    it("meets the restricted Pod Security standard and does with less", () => {
      for (const { name, template: { spec }, containers } of pods) {
        for (const key of ["hostNetwork", "hostPID", "hostIPC", "hostUsers"]) assert.ok(!(key in spec), `${name}: ${key}`);
        assert.deepEqual(spec.securityContext, {
          runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, fsGroupChangePolicy: "OnRootMismatch",
          seccompProfile: { type: "RuntimeDefault" },
        }, name);
        assert.equal(spec.automountServiceAccountToken, false, `${name} needs no token of the cluster`);
        assert.equal(spec.enableServiceLinks, false, name);
        for (const volume of spec.volumes ?? []) {
          const kinds = Object.keys(volume).filter((key) => key !== "name");
          for (const kind of kinds) {
            assert.ok(["configMap", "emptyDir", "secret", "projected", "persistentVolumeClaim"].includes(kind), `${name}: ${kind}`);
          }
        }
        for (const container of containers) {
          assert.deepEqual(container.securityContext, {
            allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] },
          }, `${name}/${container.name}`);
          for (const port of container.ports ?? []) assert.ok(!("hostPort" in port), `${name}: hostPort`);
        }
      }
    });

    it("gives every container memory that it may count on, and processor time without a limit", () => {
      for (const { name, containers } of pods) {
        for (const { resources, name: container } of containers) {
          assert.ok(resources?.requests?.cpu, `${name}/${container}`);
          assert.ok(bytes(resources.requests.memory) <= bytes(resources.limits.memory), `${name}/${container}`);
          assert.ok(!("cpu" in resources.limits), `${name}/${container} would be throttled`);
        }
      }
    });

    it("mounts what there is, and nothing else is there", () => {
      for (const { name, owner, template: { spec }, containers } of pods) {
        const volumes = [...(spec.volumes ?? []), ...(owner.spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata)];
        const names = volumes.map((volume) => volume.name);
        const mounted = containers.flatMap((container) => (container.volumeMounts ?? []).map((mount) => mount.name));
        assert.deepEqual([...new Set(mounted)].sort(), [...names].sort(), name);
        for (const container of containers) {
          const paths = (container.volumeMounts ?? []).map((mount) => mount.mountPath);
          assert.equal(new Set(paths).size, paths.length, `${name}/${container.name}: ${paths}`);
          assert.ok(paths.includes("/tmp"), `${name}/${container.name} has nowhere for a temporary file`);
        }
      }
    });

    it("refers to ConfigMaps, claims and ServiceAccounts that are there", () => {
      // Those of a job may be of the suite that it is for.
      const others = overlay.includes("/") ? rendered.get(overlay.split("/")[0]) : [];
      const there = (kind, name) => [...objects, ...others].some((object) => object.kind === kind && object.metadata.name === name);
      const claims = [...objects, ...others].filter((object) => object.kind === "StatefulSet")
        .flatMap((set) => set.spec.volumeClaimTemplates.map((claim) => `${claim.metadata.name}-${set.metadata.name}-0`));
      for (const { name, template: { spec }, containers } of pods) {
        if (spec.serviceAccountName) assert.ok(there("ServiceAccount", spec.serviceAccountName), name);
        for (const volume of spec.volumes ?? []) {
          if (volume.configMap) assert.ok(there("ConfigMap", volume.configMap.name), `${name}: ${volume.configMap.name}`);
          const claim = volume.persistentVolumeClaim?.claimName;
          if (claim) assert.ok(there("PersistentVolumeClaim", claim) || claims.includes(claim), `${name}: ${claim}`);
        }
        for (const { env = [] } of containers) {
          for (const { valueFrom } of env) {
            if (!valueFrom) continue;
            assert.deepEqual(Object.keys(valueFrom), ["configMapKeyRef"], `${name}: secrets are files`);
            const { name: map, key } = valueFrom.configMapKeyRef;
            assert.ok(key in named(objects, "ConfigMap", map).data, `${name}: ${map} has no ${key}`);
          }
        }
      }
    });

    it("has secrets as files, each service its own, and holds none itself", () => {
      assert.deepEqual(ofKind(objects, "Secret"), []);
      for (const { name, template: { spec }, containers } of pods) {
        for (const container of containers) assert.ok(!("envFrom" in container), name);
        for (const volume of spec.volumes ?? []) {
          // Its own files alone. Of certificates that cert-manager made for the gateway others see the authority.
          if (volume.secret) {
            const { secretName, items = [], defaultMode } = volume.secret;
            const keys = items.map((item) => item.key);
            assert.equal(defaultMode, 0o440, `${name}: readable by all`);
            if (secretName === "oversight") {
              assert.deepEqual(keys, services.includes(name) ? [`${name}.crt`, `${name}.key`, "ca.crt"] : ["ca.crt"], name);
            } else if (secretName !== `${name}-tls`) {
              assert.deepEqual([secretName, keys], ["gateway-tls", ["ca.crt"]], name);
            }
          }
          for (const { secret: { name: of, items } } of volume.projected?.sources ?? []) {
            assert.equal(of, "oversight", name);
            assert.equal(items.length, 1, `${name} would see the others' passwords`);
            if (items[0].path === "token") assert.equal(items[0].key, `${name}.token`, `${name} would call as another`);
            if (["session-keys", "client-secret"].includes(items[0].key)) assert.equal(name, "gateway", `${name} would open sessions`);
          }
          assert.ok(!volume.projected || volume.projected.defaultMode === 0o440, `${name}: readable by all`);
        }
      }
    });
  });
}

for (const overlay of suites) {
  const objects = rendered.get(overlay);
  const pods = podsOf(objects);
  const running = pods.filter((pod) => pod.long);
  const shared = ["production", "everything"].includes(overlay);  // One PostgreSQL, several replicas.
  const tls = shared || overlay === "single-node-tls";
  describe(`the suite of ${overlay}`, () => {
    it("is the four services and nothing else that runs on", () =>
      assert.deepEqual(running.map((pod) => pod.name).sort(), [...services].sort()));

    it("enforces the restricted standard in its namespace", () =>
      assert.equal(ofKind(objects, "Namespace")[0].metadata.labels["pod-security.kubernetes.io/enforce"], "restricted"));

    it("keeps records in a volume of one process, or in PostgreSQL", () => {
      for (const { name, kind, owner, containers: [container], template } of running) {
        if (name === "gateway") {
          assert.equal(kind, "Deployment");
          assert.ok(!template.spec.volumes.some((volume) => volume.persistentVolumeClaim));
          continue;
        }
        const store = flag(container.args, "store");
        const short = name.replace("-service", "");
        if (shared) {
          assert.equal(kind, "Deployment");
          assert.equal(store, `postgres:///?service=${short}`);
          assert.equal(template.spec.volumes.find((volume) => volume.name === "postgres").projected.sources[0].secret.items[0].key,
            `${short}.conf`);
          const file = container.env.find((each) => each.name === "PGSERVICEFILE").value;
          const mount = container.volumeMounts.find((each) => each.name === "postgres");
          assert.equal(file, `${mount.mountPath}/pg_service.conf`);
        } else {
          assert.equal(kind, "StatefulSet");
          assert.equal(owner.spec.replicas, 1, "SQLite has one writer");
          const [claim] = owner.spec.volumeClaimTemplates;
          const mount = container.volumeMounts.find((each) => each.name === claim.metadata.name);
          assert.equal(store, `sqlite:${mount.mountPath}/${short}.db`);
          if (overlay !== "dev") assert.deepEqual(claim.spec.accessModes, ["ReadWriteOncePod"]);
          assert.equal(owner.spec.persistentVolumeClaimRetentionPolicy.whenDeleted, "Retain");
          assert.equal(owner.spec.serviceName, name);
        }
      }
    });

    it("has a budget for disruptions that takes exactly the pods of each", () => {
      const budgets = ofKind(objects, "PodDisruptionBudget");
      for (const { name, template } of running) {
        const own = budgets.filter((budget) => selects(budget.spec.selector, template.metadata.labels));
        assert.deepEqual(own.map((budget) => budget.metadata.name), [name]);
        // minAvailable: 1 of one replica would block every drain of its node.
        assert.deepEqual([own[0].spec.maxUnavailable, own[0].spec.minAvailable], [1, undefined]);
      }
      assert.equal(budgets.length, running.length);
    });

    it("selects by its workloads the pods they make, and no others", () => {
      for (const { name, owner } of running) {
        const taken = pods.filter((pod) => selects(owner.spec.selector, pod.template.metadata.labels));
        assert.deepEqual(taken.map((pod) => pod.name), [name]);
      }
    });

    it("has a Service for each, headless before several replicas of a service, whose ports lead to ports of its pods", () => {
      for (const { name, template, containers: [container] } of running) {
        const service = named(objects, "Service", name);
        const taken = pods.filter((pod) => selects({ matchLabels: service.spec.selector }, pod.template.metadata.labels));
        assert.deepEqual(taken.map((pod) => pod.name), [name]);
        assert.equal(service.spec.clusterIP, shared && name !== "gateway" ? "None" : undefined, name);
        assert.ok(!("publishNotReadyAddresses" in service.spec), `${name} would be found before it is ready`);
        for (const port of service.spec.ports) {
          const own = container.ports.find((each) => each.name === port.targetPort);
          assert.equal(own?.containerPort, port.port, `${name}: ${port.name}`);
        }
        assert.equal(service.spec.ports.length, container.ports.length);
        assert.equal(template.spec.serviceAccountName, name);
      }
    });

    it("lets nobody in from outside", () => {
      for (const service of ofKind(objects, "Service")) {
        assert.ok([undefined, "ClusterIP"].includes(service.spec.type), `${service.metadata.name}: ${service.spec.type}`);
        assert.ok(!("externalIPs" in service.spec));
      }
      assert.equal(ofKind(objects, "Ingress").length, overlay === "everything" ? 1 : 0);
    });

    it("says how callers are known: by tokens in production, and believes them elsewhere", () => {
      for (const { name, containers: [{ args, env }] } of running) {
        assert.equal(flag(args, "insecure"), shared ? undefined : "true", name);
        for (const what of ["issuer", "audience", "jwks"]) {
          const variable = `OVERSIGHT_${what.toUpperCase()}`;
          assert.equal(flag(args, what), shared ? `$(${variable})` : undefined, `${name}: --${what}`);
          assert.equal(env.find((each) => each.name === variable)?.valueFrom.configMapKeyRef.key, shared ? what : undefined, name);
        }
        const own = shared && name !== "forces-service" ? "/etc/oversight/token/token" : undefined;
        assert.equal(flag(args, "token-file"), own, name);
      }
      for (const { name, containers: [{ env }] } of pods.filter((each) => each.name === "backup")) {
        const names = env.map((each) => each.name);
        assert.ok(names.includes(shared ? "OVERSIGHT_TOKEN_FILE" : "OVERSIGHT_AS"), name);
        assert.ok(!names.includes(shared ? "OVERSIGHT_AS" : "OVERSIGHT_TOKEN_FILE"), name);
      }
    });

    it("lets people sign in at the gateway where the component says so, by a client and keys of its own", () => {
      const here = overlay === "everything";
      for (const { name, containers: [{ args }] } of running) {
        const wanted = here && name === "gateway";
        for (const [what, value] of Object.entries({ "public-url": "$(OVERSIGHT_PUBLIC_URL)", "sign-in-client": "$(OVERSIGHT_SIGN_IN_CLIENT)",
          "sign-in-client-secret-file": "/etc/oversight/sign-in/client-secret", "session-key-file": "/etc/oversight/sign-in/session-keys" })) {
          assert.equal(flag(args, what), wanted ? value : undefined, `${name}: --${what}`);
        }
      }
      if (here) assert.match(objects.find((object) => object.kind === "ConfigMap" && object.data["public-url"]).data["public-url"], /^https:/);
    });

    it("tells starting, ready and alive apart", () => {
      for (const { name, containers: [container] } of running) {
        const { startupProbe, readinessProbe, livenessProbe } = container;
        assert.ok(startupProbe.failureThreshold * startupProbe.periodSeconds >= 300, `${name}: a migration takes its time`);
        assert.ok(livenessProbe.failureThreshold * livenessProbe.periodSeconds >= 30, name);
        assert.ok(readinessProbe.failureThreshold * readinessProbe.periodSeconds <= 5, `${name}: noticed within the drain delay`);
        const alive = [startupProbe, livenessProbe];  // Never a look at the database: that one is away is no reason to restart.
        if (tls) {
          for (const { httpGet } of alive) assert.deepEqual(httpGet, { port: "admin", path: "/livez" }, name);
          assert.deepEqual(readinessProbe.httpGet, { port: "admin", path: "/readyz" }, name);
          continue;
        }
        for (const { grpc } of alive) assert.equal(grpc.service, "liveness", name);
        const grpc = container.ports.find((port) => port.name === "grpc").containerPort;
        for (const probe of [...alive, readinessProbe]) assert.equal(probe.grpc.port, grpc);
      }
    });

    it("speaks TLS everywhere or nowhere, each with a certificate of its own", () => {
      for (const { name, template, containers: [container] } of running) {
        const given = ["tls-cert", "tls-key", "tls-ca"].map((each) => flag(container.args, each));
        const mount = container.volumeMounts.find((each) => each.name === "tls");
        const { appProtocol } = named(objects, "Service", name).spec.ports.find((port) => port.name === "grpc");
        assert.equal(appProtocol, tls ? "https" : "kubernetes.io/h2c", name);
        if (!tls) {
          assert.deepEqual([given.filter(Boolean), mount], [[], undefined], name);
          continue;
        }
        assert.deepEqual(given, ["tls.crt", "tls.key", "ca.crt"].map((file) => `${mount.mountPath}/${file}`), name);
        assert.ok(!("subPath" in mount), `${name} would not see a new certificate`);
        assert.equal(template.spec.volumes.find((volume) => volume.name === "tls").secret.secretName,
          overlay === "everything" ? `${name}-tls` : "oversight");
      }
      const backup = pods.find((pod) => pod.name === "backup")?.containers[0];
      const authority = backup?.env.find((each) => each.name === "OVERSIGHT_TLS_CA")?.value;
      if (tls) assert.equal(authority, `${backup.volumeMounts.find((each) => each.name === "tls").mountPath}/ca.crt`);
      else assert.equal(authority, undefined);
    });

    it("gives a pod longer to stop than the process takes", () => {
      for (const { name, template, containers: [container] } of running) {
        const takes = seconds(flag(container.args, "drain-delay")) + seconds(flag(container.args, "shutdown-grace"));
        // Then it leaves by itself: the process gives itself 20 s more (common/rpc/run_server.cc).
        assert.ok(template.spec.terminationGracePeriodSeconds > takes + 20, name);
        assert.ok(seconds(flag(container.args, "drain-delay")) >= 5, `${name}: others must notice first`);
        assert.ok(!("lifecycle" in container), `${name}: the process waits itself`);
      }
    });

    it("replaces pods without a gap where there are several", () => {
      for (const { name, kind, owner, template } of running) {
        if (kind === "Deployment") assert.deepEqual(owner.spec.strategy, { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, name);
        if (!shared) continue;
        assert.ok(owner.spec.minReadySeconds > 30, `${name}: gRPC looks up addresses at most every 30 s`);
        assert.deepEqual(template.spec.topologySpreadConstraints.map((each) => each.topologyKey),
          ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);
        for (const { labelSelector } of template.spec.topologySpreadConstraints) {
          assert.ok(selects(labelSelector, template.metadata.labels), name);
        }
      }
    });

    it("scales what may have several replicas, between two and a maximum", () => {
      const scalers = ofKind(objects, "HorizontalPodAutoscaler");
      assert.deepEqual(scalers.map((each) => each.spec.scaleTargetRef.name).sort(), shared ? [...services].sort() : []);
      for (const { spec: { scaleTargetRef, minReplicas, maxReplicas } } of scalers) {
        const target = named(objects, scaleTargetRef.kind, scaleTargetRef.name);
        assert.equal(target.apiVersion, scaleTargetRef.apiVersion);
        assert.ok(!("replicas" in target.spec), "an apply would undo what the scaler did");
        assert.ok(minReplicas >= 2 && maxReplicas > minReplicas);
      }
    });

    it("has a policy for every pod, and denies what none allows", () => {
      const policies = ofKind(objects, "NetworkPolicy");
      if (overlay === "dev") return assert.deepEqual(policies, []);
      const deny = named(objects, "NetworkPolicy", "default-deny").spec;
      assert.deepEqual(deny, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
      for (const { name, template } of pods) {
        const own = policies.filter((policy) => Object.keys(policy.spec.podSelector).length > 0 &&
          selects(policy.spec.podSelector, template.metadata.labels));
        assert.ok(own.length > 0, name);
      }
    });

    it("takes a backup where there is something to lose", () => {
      if (overlay === "dev") return assert.deepEqual(ofKind(objects, "CronJob"), []);
      const { spec } = named(objects, "CronJob", "backup");
      assert.equal(spec.concurrencyPolicy, "Forbid");
      assert.match(spec.schedule, /^\d+ \d+ \* \* \*$/);
      assert.equal(spec.jobTemplate.spec.template.spec.restartPolicy, "Never");
    });
  });
}

describe("the certificates that cert-manager makes", () => {
  const objects = rendered.get("everything");
  it("are those that the pods mount, with the names that callers look for and both usages", () => {
    const certificates = ofKind(objects, "Certificate").filter((each) => !each.spec.isCA);
    assert.deepEqual(certificates.map((each) => each.spec.secretName).sort(), services.map((name) => `${name}-tls`).sort());
    for (const { metadata, spec } of certificates) {
      assert.deepEqual(spec.dnsNames, [metadata.name]);
      for (const usage of ["server auth", "client auth"]) assert.ok(spec.usages.includes(usage), `${metadata.name}: ${usage}`);
      assert.equal(spec.privateKey.rotationPolicy, "Always");
    }
  });
  it("are of one authority, whose Secret no pod mounts", () => {
    const [authority] = ofKind(objects, "Certificate").filter((each) => each.spec.isCA);
    for (const { metadata, spec } of ofKind(objects, "Certificate")) {
      const issuer = named(objects, "Issuer", spec.issuerRef.name);
      if (metadata.name !== authority.metadata.name) assert.equal(issuer.spec.ca.secretName, authority.spec.secretName);
    }
    const mounted = podsOf(objects).flatMap((pod) => pod.template.spec.volumes.map((volume) => volume.secret?.secretName));
    assert.ok(!mounted.includes(authority.spec.secretName));
  });
});

describe("the jobs", () => {
  it("run each service's own binary on the store that the service has", () => {
    for (const [job, suite, kind, command] of [
      ["production/migrate", "production", "Deployment", "migrate"], ["production/restore", "production", "Deployment", "restore"],
      ["single-node/restore", "single-node", "StatefulSet", "restore"],
    ]) {
      const [pod] = podsOf(rendered.get(job));
      for (const name of services.filter((each) => each !== "gateway")) {
        const short = name.replace("-service", "");
        const own = pod.containers.find((container) => container.name === name);
        const theirs = podsOf(rendered.get(suite)).find((each) => each.name === name && each.kind === kind);
        assert.equal(own.image, theirs.containers[0].image);
        assert.equal(own.args[0], command);
        assert.equal(pod.template.spec.securityContext.runAsUser, theirs.template.spec.securityContext.runAsUser);
        if (command === "restore") assert.equal(own.args[1], `/backups/$(BACKUP)/${short}.jsonl.gz`);
        const volumeAt = (p, container, path) => {
          const mount = container.volumeMounts.find((each) => each.mountPath === path);
          return p.template.spec.volumes.find((each) => each.name === mount?.name);
        };
        if (kind === "Deployment") {
          assert.equal(flag(own.args, "store"), flag(theirs.containers[0].args, "store"));
          assert.deepEqual(own.env.find((each) => each.name === "PGSERVICEFILE"),
            theirs.containers[0].env.find((each) => each.name === "PGSERVICEFILE"));
          assert.deepEqual(volumeAt(pod, own, "/etc/oversight/postgres").projected,
            volumeAt(theirs, theirs.containers[0], "/etc/oversight/postgres").projected);
          assert.equal(pod.template.metadata.labels["oversight/store"], "postgres");
        } else {
          assert.equal(flag(own.args, "store"), `sqlite:/var/lib/oversight/${short}/${short}.db`);
          assert.equal(volumeAt(pod, own, `/var/lib/oversight/${short}`).persistentVolumeClaim.claimName, `data-${name}-0`);
          assert.equal(flag(theirs.containers[0].args, "store"), `sqlite:/var/lib/oversight/${short}.db`);
        }
      }
    }
  });

  it("are not done a second time over what a first one did", () => {
    for (const overlay of ["production/restore", "single-node/restore"]) {
      const { spec } = named(rendered.get(overlay), "Job", "restore");
      assert.equal(spec.backoffLimit, 0);
      assert.equal(spec.template.spec.restartPolicy, "Never");
    }
  });
});
