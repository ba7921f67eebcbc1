// Debian's Prometheus over the running suite: it scrapes every process where the manifests say, under the names of the Services, and
// evaluates every rule without a fault. One service is then killed and started again, and the alert about it comes and goes. What
// time brings about, promtool does quicker (alerts.test.js).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse as parseYaml, stringify } from "yaml";
import { root, until } from "../support/programs.js";
import { named, podsOf, rendered, services } from "./cluster.js";
import { freePort } from "../support/postgres.js";
import { Kubelet } from "./kubelet.js";
import { Secret } from "./secret.js";

const { spec } = parseYaml(readFileSync(join(root, "k8s/components/service-monitor/alerts.yaml"), "utf8"));
const rules = spec.groups.flatMap((group) => group.rules);
const [{ path }] = named(rendered.get("everything"), "ServiceMonitor", "oversight").spec.endpoints;

describe("Prometheus", () => {
  const folder = mkdtempSync(join(tmpdir(), "oversight-prometheus-"));
  const secret = new Secret();
  const kubelet = new Kubelet(secret.files());
  const objects = rendered.get("single-node-tls");
  const started = new Map();
  let prometheus, address, output = "";

  const start = async (name) => {
    const ports = started.get(name)?.addresses;
    const fixed = ports && Object.fromEntries(Object.entries(ports).filter(([, at]) => /:\d+$/.test(at)).map(([port, at]) => [port, at.split(":")[1]]));
    started.set(name, await kubelet.start(objects, podsOf(objects).find((pod) => pod.name === name), fixed));
  };
  const ask = async (what) => {
    const answer = await fetch(`http://${address}/api/v1/${what}`);
    const { status, data, error } = await answer.json();
    assert.equal(status, "success", error);
    return data;
  };
  const value = async (query) => (await ask(`query?query=${encodeURIComponent(query)}`)).result.map(({ metric, value: [, number] }) => [metric, Number(number)]);
  const alerts = async (name) => (await ask("alerts")).alerts.filter(({ labels }) => labels.alertname === name);

  before(async () => {
    for (const name of services) await start(name);
    writeFileSync(join(folder, "rules.yaml"), stringify(spec));
    writeFileSync(join(folder, "prometheus.yaml"), stringify({
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [join(folder, "rules.yaml")],
      // As the operator makes it of the ServiceMonitor: the job is the Service's name.
      scrape_configs: services.map((name) => ({
        job_name: name, metrics_path: path,
        static_configs: [{ targets: [started.get(name).addresses.admin], labels: { namespace: "oversight" } }],
      })),
    }));
    address = `127.0.0.1:${await freePort()}`;
    prometheus = spawn("setpriv", ["--pdeathsig=KILL", "prometheus", `--config.file=${join(folder, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`, `--web.listen-address=${address}`], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    prometheus.stderr.on("data", (data) => { output += data; });
    await until("Prometheus is ready", async () => {
      if (prometheus.exitCode !== null) throw new Error(output);
      try { return (await fetch(`http://${address}/-/ready`)).ok; } catch { return false; }
    });
  });
  after(async () => {
    if (prometheus?.exitCode === null) {
      prometheus.kill("SIGKILL");
      await once(prometheus, "exit");
    }
    await kubelet.close();
    secret.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("scrapes every process, and takes all that it says", async () => {
    await until("all are up", async () => (await value("up == 1")).length === services.length);
    for (const { labels, lastError } of (await ask("targets")).activeTargets) assert.equal(lastError, "", labels.job);
    const builds = await value("oversight_build_info");
    assert.deepEqual(builds.map(([metric]) => metric.job).sort(), [...services].sort());
    for (const [metric] of builds) assert.equal(metric.service ?? metric.exported_service, metric.job);
  });

  it("evaluates every rule without a fault", async () => {
    const told = await until("all rules were evaluated", async () => {
      const all = (await ask("rules")).groups.flatMap((group) => group.rules);
      return all.every((rule) => rule.health !== "unknown") && all;
    });
    assert.deepEqual(told.map((rule) => rule.name).sort(), rules.map((rule) => rule.alert).sort());
    for (const rule of told) assert.equal(rule.health, "ok", `${rule.name}: ${rule.lastError}`);
  });

  it("has nothing to alert about while all is well but what is young", async () => {
    // No backup of this suite was ever taken and nothing knows of CronJobs here, so that alert has nothing to go by.
    const firing = (await ask("alerts")).alerts.filter((each) => each.state === "firing");
    assert.deepEqual(firing.map((each) => each.labels.alertname), []);
  });

  it("sees a service that is killed, and that it is back", async () => {
    const down = async () => (await alerts("OversightServiceDown")).map(({ labels }) => labels.job);
    // It may have looked at its rules before it had looked at any service.
    await until("all are seen", async () => (await down()).length === 0);
    const { child, ended } = started.get("forces-service");
    child.kill("SIGKILL");
    await ended;
    await until("the alert is there", async () => (await down()).length > 0);
    assert.deepEqual(await down(), ["forces-service"]);
    await start("forces-service");
    await until("the alert has gone", async () => (await down()).length === 0);
  });
});
