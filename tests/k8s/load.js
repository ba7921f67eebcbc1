// Clients of a rehearsal: read and write by HTTP at a steady beat, send once more what did not go well, with the same request id, and
// keep count of what they saw.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const perSecond = 40;
const deadline = 10_000;
const attempts = 6;
const names = ["kent", "essex", "west-midlands", "cumbria"];

export class Load {
  acknowledged = [];  // Revisions of forces-service.
  seen;               // Since the last reset.
  #url;
  #headersOf;
  #timer;
  #underWay = new Set();
  #next = 0;

  // `headersOf` says who a principal ("chief-inspector") is, to servers of every release that take part.
  constructor(url, headersOf) {
    this.#url = url;
    this.#headersOf = headersOf;
    this.reset();
  }
  reset() {
    this.seen = { requests: 0, again: 0, failed: 0, slowest: 0, reasons: new Map() };
  }

  async #call(method, principal, request) {
    const { seen } = this;
    const begin = Date.now();
    let problem;
    seen.requests += 1;
    for (let attempt = 0; attempt < attempts; ++attempt) {
      if (attempt === 1) seen.again += 1;
      if (attempt > 0) await pause(100 * 2 ** attempt);
      try {
        const answer = await fetch(`${this.#url}/${method}`, {
          method: "POST", body: JSON.stringify(request), signal: AbortSignal.timeout(deadline),
          headers: { "content-type": "application/json", ...this.#headersOf(principal) },
        });
        const body = await answer.json();
        if (answer.ok) {
          seen.slowest = Math.max(seen.slowest, Date.now() - begin);
          return body;
        }
        problem = `${body.code}: ${body.message}`;
        if (!["unavailable", "deadline_exceeded", "resource_exhausted", "aborted"].includes(body.code)) break;
      } catch (error) {
        problem = error.cause?.message ?? error.message;
      }
      if (attempt === 0) seen.reasons.set(problem, (seen.reasons.get(problem) ?? 0) + 1);
    }
    seen.failed += 1;
    console.error(`FAILED ${method}: ${problem}`);
  }

  #kinds = [
    () => this.#call("oversight.gateway.v1.GatewayService/GetNationalDashboard", "chief-inspector", {}),
    (n) => this.#call("oversight.forces.v1.ForcesService/GetForce", "liaison-lead", { name: `forces/${names[n % names.length]}` }),
    (n) => this.#call("oversight.gateway.v1.GatewayService/GetForceDashboard", "chief-inspector", { name: `forces/${names[n % names.length]}` }),
    async (n) => {
      const answer = await this.#call("oversight.forces.v1.ForcesService/UpdateForce", "records-manager", {
        force: { name: `forces/${names[n % names.length]}`, aliases: [`Number ${n}`] }, updateMask: "aliases", requestId: randomUUID(),
      });
      if (answer) this.acknowledged.push(answer.header.revision);
    },
  ];

  // A steady beat: the next request does not wait for the one before.
  start() {
    this.#timer = setInterval(() => {
      const n = this.#next++;
      const one = this.#kinds[n % this.#kinds.length](Math.floor(n / this.#kinds.length)).finally(() => this.#underWay.delete(one));
      this.#underWay.add(one);
    }, 1000 / perSecond);
  }
  // Ends when the last answer is there.
  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }
}
