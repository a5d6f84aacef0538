import { describe, expect, it } from "vitest";
import { Failure } from "@troupe/domain/failure";
import { step, type ReflectorEffect, type ReflectorState } from "./reflector.ts";

const fresh: ReflectorState = { from: undefined, failures: 0 };
const watching: ReflectorState = { from: "10", failures: 0 };

describe("the mirror of one kind", () => {
  it("asks for the next page before it watches", () => {
    const [state, effects] = step(fresh, { kind: "page", page: { items: [], resourceVersion: "10", continueAt: "more" } });
    expect(kinds(effects)).toEqual(["put", "list"]);
    expect(state.from).toBeUndefined();
  });

  it("watches from the list's version after the last page", () => {
    const [state, effects] = step(fresh, { kind: "page", page: { items: [], resourceVersion: "10", continueAt: undefined } });
    expect(effects.at(-1)).toEqual({ kind: "watch", resourceVersion: "10" });
    expect(kinds(effects)).toContain("list-complete");
    expect(state.from).toBe("10");
  });

  it("resumes after the last event when the watch breaks", () => {
    const [seen] = step(watching, { kind: "events", events: [{ kind: "put", object: { metadata: { resourceVersion: "12" } } }] });
    const [broken, first] = step(seen, { kind: "failed", failure: new Failure("unavailable", "reset") });
    expect(kinds(first)).toEqual(["trouble", "wait"]);
    const [, second] = step(broken, { kind: "waited" });
    expect(second).toEqual([{ kind: "watch", resourceVersion: "12" }]);
  });

  it("moves on with bookmarks", () => {
    const [state] = step(watching, { kind: "events", events: [{ kind: "bookmark", resourceVersion: "90" }] });
    expect(state.from).toBe("90");
  });

  it("lists anew, and only then, when its version is too old", () => {
    const [state, effects] = step(watching, { kind: "failed", failure: new Failure("too_old", "gone") });
    expect(state.from).toBeUndefined();
    expect(kinds(effects)).toEqual(["wait"]);
    expect(kinds(step(state, { kind: "waited" })[1])).toEqual(["list-begun", "list"]);
  });

  it("starts a list over when its next page is too old", () => {
    const [state] = step(fresh, { kind: "page", page: { items: [], resourceVersion: "10", continueAt: "more" } });
    const [after] = step(state, { kind: "failed", failure: new Failure("too_old", "expired") });
    expect(step(after, { kind: "waited" })[1].at(-1)).toEqual({ kind: "list", continueAt: undefined });
  });

  it("watches again at once when the server ended the watch in its time", () => {
    const [state, effects] = step(watching, { kind: "ended", livedMs: 3_600_000 });
    expect(effects).toEqual([{ kind: "watch", resourceVersion: "10" }]);
    expect(state.failures).toBe(0);
  });

  it("waits longer with each failure, and counts anew after an event", () => {
    let state = watching;
    for (const failures of [1, 2, 3]) {
      const [next, effects] = step(state, { kind: "ended", livedMs: 0 });
      expect(effects.at(-1)).toEqual({ kind: "wait", failures });
      state = next;
    }
    const [well] = step(state, { kind: "events", events: [{ kind: "bookmark", resourceVersion: "11" }] });
    expect(well.failures).toBe(0);
  });

  it("says that it sees again as soon as a watch is open, but trusts it only after an event", () => {
    const [state, effects] = step({ from: "10", failures: 2 }, { kind: "events", events: [] });
    expect(effects).toEqual([{ kind: "trouble", failure: undefined }]);
    expect(state.failures).toBe(2);
  });
});

function kinds(effects: readonly ReflectorEffect[]): readonly string[] {
  return effects.map((effect) => effect.kind);
}
