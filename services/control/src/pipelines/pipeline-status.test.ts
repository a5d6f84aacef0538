import type { Condition } from "@troupe/domain/life/status";
import { describe, expect, test } from "vitest";
import { aPipeline, aSpec, aStatus, snapshot } from "../testing/mutations.ts";
import { isSettled, noteOf, noteOfGone, statusOf, statusWrite } from "./pipeline-status.ts";
import type { ClusterNote } from "./pipeline.ts";

const need = (cluster: string) => ({ kind: "cluster" as const, cluster });
/** log → work */
const spec = { clusters: { work: aSpec({ needs: { source: need("log") } }), log: aSpec() } };
const pipeline = aPipeline("clicks", { spec });
const deleted = { ...pipeline, intent: { kind: "delete" as const, deleteVolumes: false } };

function aNote(state: ClusterNote["state"], change: Partial<ClusterNote> = {}): ClusterNote {
  return { state, current: true, changed: false, message: state === "ready" || state === "completed" ? "" : `is ${state}`, ...change };
}

const statusWith = (log: ClusterNote["state"], work: ClusterNote["state"]) => statusOf(pipeline, { log: aNote(log), work: aNote(work) });

describe("the state of a pipeline", () => {
  test.each([
    ["pending", "pending", "pending", "log: is pending"],
    ["ready", "pending", "deploying", "work: is pending"],
    ["deploying", "pending", "deploying", "log: is deploying"],
    ["ready", "ready", "ready", ""],
    ["ready", "completed", "ready", ""],
    ["completed", "completed", "completed", ""],
    ["stopped", "stopped", "stopped", "log: is stopped"],
    ["ready", "degraded", "degraded", "work: is degraded"],
    ["deploying", "failed", "failed", "work: is failed"],
    ["degraded", "failed", "failed", "work: is failed"],
    ["ready", "missing", "degraded", "work: is missing"],
    ["deploying", "deleting", "degraded", "work: is deleting"],
  ] as const)("with a log that is %s and work that is %s is %s", (log, work, state, message) => {
    expect(statusWith(log, work)).toMatchObject({ state, message });
  });

  test("that is deleted is that, unless one of its clusters cannot go", () => {
    expect(statusOf(deleted, { log: aNote("ready"), work: aNote("deleting") })).toMatchObject({ state: "deleting", message: "work: being deleted, then log" });
    expect(statusOf(deleted, { log: aNote("failed"), work: aNote("deleting") })).toMatchObject({ state: "failed", message: "log: is failed" });
  });

  test("does not suffer from a cluster that leaves, and tells of it", () => {
    expect(statusOf(pipeline, { log: aNote("ready"), work: aNote("ready"), old: aNote("deleting") })).toMatchObject({ state: "ready", message: expect.stringMatching(/^old: /) });
  });
});

describe("what is noted of a cluster", () => {
  test("is whether its state is about its present spec, and its spec is the pipeline's", () => {
    const ready = aStatus({ state: "ready", observedGeneration: 1 });
    expect(noteOf(pipeline, "log", snapshot({ status: ready }))).toEqual({ state: "ready", current: true, changed: false, message: "" });
    expect(noteOf(pipeline, "log", snapshot({ status: ready, generation: 2, spec: aSpec({ protect: true }) }))).toMatchObject({ current: false, changed: true });
    expect(noteOf(pipeline, "work", snapshot({ spec: aSpec({ needs: { source: need("clicks-log") } }) }))).toMatchObject({ state: "pending", changed: false, message: "waits for a reconciler" });
  });

  test("is why it is not ready: what it needs before all else", () => {
    const condition: Condition = { type: "Ready", status: "False", reason: "MembersStarting", message: "role server: starting", observedGeneration: 1 };
    expect(noteOf(pipeline, "log", snapshot({ status: aStatus({ conditions: [condition] }) })).message).toBe("role server: starting");
    const waiting = [{ what: "needs source", reason: "WaitingForNeeds" as const, message: "cluster clicks-log does not offer address yet", since: 0 }];
    expect(noteOf(pipeline, "work", snapshot({ status: aStatus({ waiting, conditions: [condition] }) })).message).toBe("cluster clicks-log does not offer address yet");
  });

  test("once it is gone is that it is missing, where the pipeline still wants it", () => {
    expect(noteOfGone(pipeline, "log")).toMatchObject({ state: "missing" });
    expect([noteOfGone(pipeline, "old"), noteOfGone(deleted, "log")]).toEqual([undefined, undefined]);
  });
});

describe("a pipeline is settled", () => {
  const settled = (notes: Readonly<Record<string, ClusterNote>>) => isSettled({ ...pipeline, status: statusOf(pipeline, notes) });
  test("when what was seen of all of its clusters is about what is wanted now", () => {
    expect(settled({ log: aNote("ready"), work: aNote("ready") })).toBe(true);
    expect(settled({ log: aNote("ready"), work: aNote("ready", { current: false }) })).toBe(false);
    expect(settled({ log: aNote("ready"), work: aNote("deploying") })).toBe(false);
    expect(settled({ log: aNote("ready"), work: aNote("ready"), old: aNote("deleting") })).toBe(false);
  });
});

describe("a change of status", () => {
  const present = { ...pipeline, status: statusWith("deploying", "pending"), revision: 7 };

  test("is written on the revision that was read, with the event that says most", () => {
    const write = statusWrite(present, { log: aNote("ready"), work: aNote("ready") });
    expect(write).toMatchObject({ kind: "pipeline-status", expect: { revision: 7 }, status: { state: "ready" }, event: { type: "pipeline.ready", data: { change: { previousState: "deploying", clusters: [{ key: "log", state: "ready" }, { key: "work", state: "ready" }] } } } });
    expect(statusWrite(present, { log: aNote("ready"), work: aNote("pending") })?.event.type).toBe("pipeline.status_changed");
  });

  test("that is none writes nothing", () => {
    expect(statusWrite(present, { work: aNote("pending"), log: aNote("deploying") })).toBeUndefined();
  });
});
