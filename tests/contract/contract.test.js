// What the contract promises, seen from two client libraries of another language through every door (doors.js).
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, describe, it } from "node:test";
import { doors } from "./doors.js";

const forcesInRegister = Number(process.env.FORCES_IN_REGISTER);
const asInspector = { principal: "chief-inspector", timeoutMs: 20_000 };
const asManager = { principal: "records-manager", timeoutMs: 20_000 };
const kent = "forces/kent";

// Exactly one ErrorInfo with the reason, whatever the library made of it.
const refuses = (promise, code, reason) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.code, code, error.message);
    assert.equal(error.infos, 1);
    assert.equal(error.reason, reason);
    return true;
  });

for (const door of doors) {
  describe(door.name, () => {
    after(() => door.close());

    it("reads a force, with whole 64-bit revisions", async () => {
      const { force, header } = await door.unary("GetForce", { name: kent }, asInspector);
      assert.equal(force.name, kent);
      assert.equal(force.displayName, "Kent Police");
      assert.equal(force.kind, "FORCE_KIND_TERRITORIAL");
      assert.match(force.etag, /^".+"$/);
      assert.equal(typeof force.revision, "string");
      assert.ok(BigInt(header.revision) >= BigInt(force.revision) && BigInt(force.revision) > 0n);
    });

    it("reads its own write by the consistency token", async () => {
      const aliases = [`Kent ${randomUUID()}`];
      const { header } = await door.unary("UpdateForce",
        { force: { name: kent, aliases }, updateMask: maskOf(door, "aliases"), requestId: randomUUID() }, asManager);
      const { force } = await door.unary("GetForce",
        { name: kent, read: { consistency: { atLeastAsFresh: header.consistencyToken } } }, asInspector);
      assert.deepEqual(force.aliases, aliases);
    });

    it("pages through the register without gap or repeat", async () => {
      const names = [];
      let pageToken = "";
      do {
        const page = await door.unary("ListForces", { pageSize: 20, pageToken }, asInspector);
        assert.ok(page.forces.length <= 20);
        names.push(...page.forces.map((force) => force.name));
        pageToken = page.nextPageToken;
      } while (pageToken);
      assert.equal(names.length, forcesInRegister);
      assert.equal(new Set(names).size, forcesInRegister);
    });

    it("refuses a page token of another query", async () => {
      const { nextPageToken } = await door.unary("ListForces", { pageSize: 1 }, asInspector);
      await refuses(door.unary("ListForces", { pageSize: 1, pageToken: nextPageToken, region: "London" }, asInspector),
        "INVALID_ARGUMENT", "PAGE_TOKEN_MISMATCH");
    });

    it("says what it does not know", () =>
      refuses(door.unary("GetForce", { name: "forces/nowhere" }, asInspector), "NOT_FOUND", "RESOURCE_NOT_FOUND"));

    it("names all violations at once", () =>
      assert.rejects(door.unary("ListForces", { pageSize: -1, region: "x".repeat(101) }, asInspector), (error) => {
        assert.equal(error.code, "INVALID_ARGUMENT");
        assert.equal(error.reason, "INVALID_FIELDS");
        assert.deepEqual(error.violations, ["page_size", "region"]);
        return true;
      }));

    it("refuses an unknown enum value", () =>
      refuses(door.unary("ListForces", { kind: 99 }, asInspector), "INVALID_ARGUMENT", "INVALID_FIELDS"));

    it("refuses a caller without a name", () =>
      refuses(door.unary("GetForce", { name: kent }, { timeoutMs: 20_000 }), "UNAUTHENTICATED", "UNAUTHENTICATED"));

    it("refuses what the caller's role does not allow", () =>
      refuses(door.unary("UpdateForce", { force: { name: kent, displayName: "Mine" }, requestId: randomUUID() },
        { principal: "public", timeoutMs: 20_000 }), "PERMISSION_DENIED", "ROLE_NOT_ALLOWED"));

    it("answers a repeated request once, and refuses its id for another", async () => {
      const requestId = randomUUID();
      const update = (text) => door.unary("UpdateForce",
        { force: { name: kent, aliases: [text] }, updateMask: maskOf(door, "aliases"), requestId }, asManager);
      const text = `Kent ${randomUUID()}`;
      const first = await update(text);
      const again = await update(text);
      assert.equal(again.header.replayed, true);
      assert.equal(again.header.revision, first.header.revision);
      await refuses(update(`Kent ${randomUUID()}`), "INVALID_ARGUMENT", "REQUEST_ID_REUSED");
    });

    it("tells a writer that someone else came first", async () => {
      const { force: { etag } } = await door.unary("GetForce",
        { name: kent, read: { consistency: { fullyConsistent: true } } }, asManager);
      const update = () => door.unary("UpdateForce",
        { force: { name: kent, etag, aliases: [`Kent ${randomUUID()}`] }, updateMask: maskOf(door, "aliases"),
          requestId: randomUUID() }, asManager);
      await update();
      await assert.rejects(update(), (error) => {
        assert.equal(error.code, "ABORTED");
        assert.equal(error.reason, "ETAG_MISMATCH");
        assert.match(error.metadata.current_etag, /^".+"$/);
        return true;
      });
    });

    it("streams the present state, then stops when told", async () => {
      const abort = new AbortController();
      const names = new Set();
      for await (const message of door.stream("WatchForces", { start: { initialState: true } },
        { ...asInspector, signal: abort.signal })) {
        for (const event of message.events?.events ?? []) names.add(event.name);
        if (message.bookmark?.initialStateEnd) break;
      }
      abort.abort();
      assert.equal(names.size, forcesInRegister);
    });

    it("gives up a call when told", async () => {
      const abort = new AbortController();
      const call = door.unary("ListForces", {}, { ...asInspector, signal: abort.signal });
      abort.abort();
      await assert.rejects(call, (error) => error.code === "CANCELLED");
      await door.unary("GetForce", { name: kent }, asInspector);
    });

    it("tells by its error, with details, why a stream is refused", () =>
      refuses((async () => {
        for await (const message of door.stream("WatchForces", { start: { resumeAfter: "-1" } }, asInspector)) assert.fail(message);
      })(), "INVALID_ARGUMENT", "INVALID_FIELDS"));

    it("keeps a stream's deadline", async () => {
      const seen = [];
      await assert.rejects(async () => {
        const options = { principal: "chief-inspector", timeoutMs: 400 };
        for await (const message of door.stream("WatchForces", { start: {} }, options)) seen.push(message);
      }, (error) => error.code === "DEADLINE_EXCEEDED");
      assert.ok(seen[0]?.created, "the stream had opened");
    });
  });
}

// The one place where the libraries' JSON differs: a field mask is text in protobuf JSON and a message in grpc-js.
function maskOf(door, ...paths) {
  return door.name.startsWith("grpc-js") ? { paths } : paths.join(",");
}
