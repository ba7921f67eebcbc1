// The alerts and the dashboard: that Prometheus takes their expressions, that each alert fires and clears (alerts.test.yaml), and
// that every metric and label they go by is one that a running service exports.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse as parseYaml } from "yaml";
import { root, run } from "../support/programs.js";
import { podsOf, rendered, services } from "./cluster.js";
import { Kubelet } from "./kubelet.js";
import { Secret } from "./secret.js";

const component = join(root, "k8s/components/service-monitor");
const [{ spec }] = [parseYaml(readFileSync(join(component, "alerts.yaml"), "utf8"))];
const rules = spec.groups.flatMap((group) => group.rules);
const cases = parseYaml(readFileSync(join(root, "tests/k8s/alerts.test.yaml"), "utf8")).tests;
const dashboard = JSON.parse(readFileSync(join(component, "dashboard.json"), "utf8"));
const panels = dashboard.panels.filter((panel) => panel.type !== "row");
const targets = panels.flatMap((panel) => panel.targets.map((target) => target.expr));

const folder = mkdtempSync(join(tmpdir(), "oversight-alerts-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("the alerts", () => {
  it("are a rule file that Prometheus takes, made as the file itself says, and fire and clear", () => {
    const [, script] = /^# +sed '(.+)' alerts\.yaml/m.exec(readFileSync(join(component, "alerts.yaml"), "utf8"));
    const text = run("sed", [script, join(component, "alerts.yaml")]);
    assert.deepEqual(parseYaml(text), spec);
    writeFileSync(join(folder, "rules.yaml"), text);
    writeFileSync(join(folder, "alerts.test.yaml"), readFileSync(join(root, "tests/k8s/alerts.test.yaml")));
    run("promtool", ["check", "rules", "rules.yaml"], { cwd: folder });
    run("promtool", ["test", "rules", "alerts.test.yaml"], { cwd: folder });
  });

  it("are each made to fire, and after that to clear", () => {
    const minutes = (time) => Number(time.slice(0, -1)) * (time.endsWith("h") ? 60 : 1);
    for (const { alert } of rules) {
      const at = cases.flatMap((each) => each.alert_rule_test).filter((each) => each.alertname === alert);
      const fires = at.filter((each) => each.exp_alerts.length > 0).map((each) => minutes(each.eval_time));
      const clears = at.filter((each) => each.exp_alerts.length === 0).map((each) => minutes(each.eval_time));
      assert.ok(fires.length > 0, `${alert} is not made to fire`);
      assert.ok(clears.some((time) => time > Math.max(...fires)), `${alert} is not made to clear`);
    }
  });

  it("have a severity and an entry in the runbook, which has no others", () => {
    const runbook = readFileSync(join(root, "docs/operations.md"), "utf8");
    for (const { alert, labels, annotations } of rules) {
      assert.ok(["critical", "warning"].includes(labels.severity), alert);
      assert.ok(annotations.summary.endsWith("."), alert);
    }
    const entries = [...runbook.matchAll(/^### (Oversight[A-Z]\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(entries.sort(), rules.map((rule) => rule.alert).sort());
    for (const [, name, severity] of runbook.matchAll(/^### (Oversight\w+)\n\n(Critical|Warning)\./gm)) {
      assert.equal(rules.find((rule) => rule.alert === name).labels.severity, severity.toLowerCase(), name);
    }
    assert.equal([...runbook.matchAll(/^### (Oversight\w+)\n\n(Critical|Warning)\./gm)].length, rules.length);
  });
});

describe("the dashboard", () => {
  it("has expressions that Prometheus takes", () => {
    const text = targets.map((expr, i) => `      - record: panel:${i}\n        expr: ${JSON.stringify(expr
      .replaceAll("$__rate_interval", "5m").replaceAll("$namespace", "oversight"))}\n`).join("");
    writeFileSync(join(folder, "panels.yaml"), `groups:\n  - name: panels\n    rules:\n${text}`);
    run("promtool", ["check", "rules", "panels.yaml"], { cwd: folder });
  });

  it("has panels that do not overlap, each with an id of its own", () => {
    assert.equal(new Set(dashboard.panels.map((panel) => panel.id)).size, dashboard.panels.length);
    for (const one of dashboard.panels) {
      assert.ok(one.gridPos.x + one.gridPos.w <= 24, one.title);
      for (const other of dashboard.panels) {
        if (one === other) continue;
        const [a, b] = [one.gridPos, other.gridPos];
        assert.ok(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y, `${one.title}, ${other.title}`);
      }
    }
  });

  it("speaks of alerts that there are", () => {
    for (const { description } of panels) {
      for (const [name] of description.matchAll(/Oversight[A-Z]\w+/g)) assert.ok(rules.some((rule) => rule.alert === name), name);
    }
  });
});

describe("the metrics", () => {
  const secret = new Secret();
  const kubelet = new Kubelet(secret.files());
  const samples = [];  // {name, labels}
  before(async () => {
    const objects = rendered.get("single-node-tls");
    for (const name of services) {
      const { addresses } = await kubelet.start(objects, podsOf(objects).find((pod) => pod.name === name));
      const text = await (await fetch(`http://${addresses.admin}/metrics`)).text();
      for (const [, metric, labels = ""] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)) {
        samples.push({ name: metric, job: name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v])) });
      }
    }
  });
  after(async () => {
    await kubelet.close();
    secret.close();
  });

  // Not from the services: Prometheus's own, and kube-state-metrics'.
  const others = ["up", "kube_cronjob_status_last_successful_time"];
  // What Prometheus adds to each sample.
  const added = ["namespace", "instance", "job"];

  for (const [what, expressions] of [["alerts", rules.map((rule) => rule.expr)], ["dashboard", targets]]) {
    it(`that the ${what} go by are exported, with labels and values such as these`, () => {
      for (const expr of expressions) {
        const selectors = [...expr.replace(/\bby \([^)]*\)/g, "").replace(/"[^"]*"/g, (text) => text.replaceAll("|", "\u0001"))
          .matchAll(/\b((?:oversight|grpc|process|kube)_[a-z_]+|up)\b(?:\{([^}]*)\})?/g)];
        assert.ok(selectors.length > 0, expr);
        for (const [, name, matchers = ""] of selectors) {
          if (others.includes(name)) continue;
          const wanted = [...matchers.matchAll(/(\w+)(=~?)"([^"]*)"/g)].filter(([, key]) => key !== "namespace")
            .map(([, key, op, value]) => [key, op === "=" ? [value] : value.split("\u0001")]);
          for (const [key, values] of wanted) {
            for (const value of values) {
              const found = samples.some((sample) => sample.name === name && (key === "job" ? sample.job : sample.labels[key]) === value);
              assert.ok(found, `${name}{${key}="${value}"} is not exported (${expr})`);
            }
          }
          assert.ok(samples.some((sample) => sample.name === name), `${name} is not exported (${expr})`);
        }
        // And the labels that it groups by.
        const names = selectors.map(([, name]) => name).filter((name) => !others.includes(name));
        for (const [, list] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
          for (const label of list.split(", ").filter((each) => !added.includes(each) && names.length)) {
            assert.ok(samples.some((sample) => names.includes(sample.name) && label in sample.labels), `by (${label}): ${expr}`);
          }
        }
      }
    });
  }
});
