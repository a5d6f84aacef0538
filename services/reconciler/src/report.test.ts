import { Failure } from "@troupe/domain/failure";
import { emptyRecord } from "@troupe/domain/life/empty-record";
import { aCluster } from "@troupe/domain/testing";
import { ReportStatusRequest, ReportStatusResponse, StatusOutcome, type StatusReport } from "@troupe/proto/troupe/internal/v1/reconciler";
import { silentLog } from "@troupe/runtime/log";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Reporter } from "./report.ts";
import { aMember, aStatus } from "./testing/statuses.ts";

// Time stands still until a test lets it pass.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const record = emptyRecord(aCluster());
const failing = { reason: "WriteRefused", message: "no", atMs: 1_767_225_600_000 } as const;

describe("a status", () => {
  it("is told whole at first: all members, and the record", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus({ members: [aMember(0), aMember(1)] }), record);
    await world.pass(0);
    expect(world.sent.map(told)).toEqual([{ uid: "a", whole: true, members: ["server/0", "server/1"], record: true }]);
  });

  it("that is as it was told is not told again", async () => {
    const world = aWorld();
    for (let times = 0; times < 3; times += 1) {
      world.reporter.report("a", aStatus({ members: [aMember(0)] }), record);
      await world.pass(1_000);
    }
    expect(world.sent).toHaveLength(1);
  });

  it("is told in parts afterwards: members that differ, and those that are no more", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus({ members: [aMember(0), aMember(1), aMember(2)] }), record);
    await world.pass(0);
    world.reporter.report("a", aStatus({ members: [aMember(0), aMember(1, { ready: false })] }), record);
    await world.pass(1_000);
    expect(world.sent.slice(1).map(told)).toEqual([{ uid: "a", whole: false, members: ["server/1", "-server/2"], record: false }]);
  });

  it("takes the record along when that was written", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus(), record);
    await world.pass(0);
    world.reporter.report("a", aStatus(), { ...record, epoch: 2 });
    await world.pass(1_000);
    expect(world.sent.slice(1).map(told)).toEqual([{ uid: "a", whole: false, members: [], record: true }]);
  });

  it("counts upwards, whatever cluster it is of", async () => {
    const world = aWorld();
    for (const uid of ["a", "b"]) world.reporter.report(uid, aStatus(), undefined);
    world.reporter.report("a", aStatus({ state: "deploying" }), undefined);
    await world.pass(0);
    expect(world.sent.map(({ uid, seq }) => [uid, seq])).toEqual([["a", 3n], ["b", 2n]]);
  });

  it("that somebody waits for goes at once; how members go on waits a little for more of it", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus({ state: "deploying", members: [aMember(0, { ready: false }), aMember(1, { ready: false })] }), undefined);
    await world.pass(0);
    world.reporter.report("a", aStatus({ state: "deploying", members: [aMember(0), aMember(1, { ready: false })] }), undefined);
    await world.pass(50);
    expect(world.sent).toHaveLength(1);
    world.reporter.report("a", aStatus({ state: "ready", members: [aMember(0), aMember(1)] }), undefined);
    await world.pass(0);
    expect(world.sent.slice(1).map(told)).toEqual([{ uid: "a", whole: false, members: ["server/0", "server/1"], record: false }]);
  });

  it("of how members go on waits the longer, the longer control takes to answer", async () => {
    const world = aWorld();
    const going = (ready: number) => aStatus({ state: "deploying", members: [0, 1, 2].map((index) => aMember(index, { ready: index < ready })) });
    world.answersInMs = 60;
    world.reporter.report("a", going(0), undefined);
    await world.pass(60);
    world.reporter.report("a", going(1), undefined);
    await world.pass(500);
    world.reporter.report("a", going(2), undefined);
    expect(world.sent).toHaveLength(1);
    await world.pass(200);
    expect(world.sent.slice(1).map(told)).toEqual([{ uid: "a", whole: false, members: ["server/0", "server/1"], record: false }]);
  });

  it("says since when something is waited for: since it was seen first", async () => {
    const world = aWorld();
    const waiting = (since: number) => aStatus({ waiting: [{ what: "role b", reason: "WaitingForRole", message: `at ${since}`, since }] });
    world.reporter.report("a", waiting(5), undefined);
    world.reporter.report("a", waiting(9), undefined);
    await world.pass(1_000);
    expect(world.sent.map(statusOf)).toMatchObject([{ waiting: [{ message: "at 9", since: 5 }] }]);
  });

  it("of a large cluster goes once a second", async () => {
    const world = aWorld();
    const large = (state: "ready" | "degraded") => aStatus({ state, members: Array.from({ length: 101 }, (_, index) => aMember(index)) });
    world.reporter.report("a", large("ready"), undefined);
    await world.pass(0);
    world.reporter.report("a", large("degraded"), undefined);
    world.reporter.report("small", aStatus(), undefined);
    await world.pass(999);
    expect(world.sent.map(({ uid }) => uid)).toEqual(["a", "small"]);
    await world.pass(1);
    expect(world.sent.map(({ uid }) => uid)).toEqual(["a", "small", "a"]);
  });

  it("of a cluster that is forgotten is not told any more", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus(), undefined);
    world.reporter.forget("a");
    await world.pass(1_000);
    expect(world.sent).toEqual([]);
  });
});

describe("a report", () => {
  it("goes over gRPC when nobody answers on NATS, the same", async () => {
    const world = aWorld();
    world.nats = "silent";
    world.reporter.report("a", aStatus({ members: [aMember(0)] }), record);
    await world.pass(0);
    expect(world.roads).toEqual(["nats", "grpc"]);
    expect(world.sent.map(told)).toEqual([{ uid: "a", whole: true, members: ["server/0"], record: true }]);
  });

  it("stays due until control has answered for it, and waits longer each time", async () => {
    const world = aWorld();
    world.nats = "silent";
    world.grpc = "silent";
    world.reporter.report("a", aStatus(), undefined);
    await world.pass(150);
    expect(world.roads).toEqual(["nats", "grpc", "nats", "grpc"]);
    await world.pass(149);
    expect(world.roads).toHaveLength(4);
    world.grpc = "answers";
    await world.pass(1);
    expect(world.sent).toHaveLength(1);
    await world.pass(60_000);
    expect(world.roads).toHaveLength(6);
  });

  it("that control has not answered for leaves only its own cluster due", async () => {
    const world = aWorld();
    world.unanswered.add("a");
    for (const uid of ["a", "b"]) world.reporter.report(uid, aStatus(), undefined);
    await world.pass(0);
    expect(world.sent.map(({ uid }) => uid)).toEqual(["a", "b"]);
    world.unanswered.clear();
    await world.pass(200);
    expect(world.sent.slice(2).map(({ uid }) => uid)).toContain("a");
  });

  it("is whole after one of which nobody knows whether it arrived", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus({ members: [aMember(0), aMember(1)] }), record);
    await world.pass(0);
    world.nats = "silent";
    world.grpc = "silent";
    world.reporter.report("a", aStatus({ state: "degraded", members: [aMember(0), aMember(1, { ready: false })] }), record);
    await world.pass(0);
    world.nats = "answers";
    world.reporter.report("a", aStatus({ members: [aMember(0), aMember(1)] }), record);
    await world.pass(1_000);
    expect(world.sent.slice(1).map(told)).toEqual([{ uid: "a", whole: true, members: ["server/0", "server/1"], record: true }]);
  });

  it("that was overtaken by a newer one is what that is told against", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus({ members: [aMember(0)] }), undefined);
    await world.pass(0);
    world.whileAnswering = () => world.reporter.report("a", aStatus({ members: [aMember(0)] }), undefined);
    world.reporter.report("a", aStatus({ state: "degraded", members: [aMember(0, { ready: false })] }), undefined);
    await world.pass(1_000);
    expect(world.sent.slice(1).map(told)).toEqual([
      { uid: "a", whole: false, members: ["server/0"], record: false },
      { uid: "a", whole: false, members: ["server/0"], record: false },
    ]);
  });

  it("holds no more than fits: the rest follows in another", async () => {
    const world = aWorld();
    const message = "x".repeat(100_000);
    for (const uid of ["a", "b", "c"]) world.reporter.report(uid, aStatus({ members: [aMember(0, { message })] }), undefined);
    await world.pass(0);
    expect(world.batches).toEqual([["a", "b"], ["c"]]);
  });
});

describe("after a change of owners", () => {
  it("what is owned is told whole under the new epoch", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus({ members: [aMember(0)] }), record);
    await world.pass(0);
    world.owner.epoch = 2;
    world.reporter.ownersChanged();
    await world.pass(0);
    expect(world.sent.map(({ epoch, allMembers }) => [epoch, allMembers])).toEqual([[1n, true], [2n, true]]);
    expect(world.sent.slice(1).map(told)).toEqual([{ uid: "a", whole: true, members: ["server/0"], record: true }]);
  });

  it("nothing is said of what another owns, neither what was due nor what a pass that began before has seen", async () => {
    const world = aWorld();
    world.grpc = "silent";
    world.nats = "silent";
    world.reporter.report("a", aStatus(), undefined);
    await world.pass(0);
    world.owner.epoch = 2;
    world.others.add("a");
    world.reporter.ownersChanged();
    world.reporter.report("a", aStatus({ state: "degraded" }), undefined);
    world.nats = "answers";
    await world.pass(60_000);
    expect(world.sent).toEqual([]);
  });

  it("what comes back is not told as it was before it went", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus({ state: "deploying" }), undefined);
    await world.pass(0);
    world.others.add("a");
    world.reporter.ownersChanged();
    world.others.delete("a");
    world.reporter.ownersChanged();
    await world.pass(60_000);
    expect(world.sent).toHaveLength(1);
  });
});

describe("a pass that failed", () => {
  it("is told with its reason, and since when it is so", async () => {
    const world = aWorld();
    world.reporter.reportFailure("a", { generation: 3, formed: false }, failing);
    await world.pass(0);
    expect(world.sent.map(statusOf)).toMatchObject([{ state: "failed", observedGeneration: 3, conditions: [{ type: "Ready", status: "False", reason: "WriteRefused" }], waiting: [{ reason: "WriteRefused", since: failing.atMs }] }]);
  });

  it("leaves what was last seen of members as it was", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus({ members: [aMember(0)], exports: { url: "u" } }), record);
    await world.pass(0);
    world.reporter.reportFailure("a", { generation: 1, formed: true }, failing);
    await world.pass(0);
    expect(world.sent.slice(1).map(told)).toEqual([{ uid: "a", whole: false, members: [], record: false }]);
    expect(statusOf(world.sent[1])).toMatchObject({ state: "degraded", exports: { url: "u" } });
  });

  it("is told once, however often it fails in the same way", async () => {
    const world = aWorld();
    for (let times = 0; times < 3; times += 1) {
      world.reporter.reportFailure("a", { generation: 1, formed: true }, { ...failing, atMs: failing.atMs + times });
      await world.pass(1_000);
    }
    expect(world.sent).toHaveLength(1);
  });
});

describe("a reporter that has stopped", () => {
  it("sends nothing more", async () => {
    const world = aWorld();
    world.reporter.report("a", aStatus(), undefined);
    world.reporter.stop();
    await world.pass(60_000);
    expect(world.roads).toEqual([]);
  });
});

/** Control at the end of two roads; what it took in is in `sent`. */
function aWorld() {
  const world = {
    nats: "answers" as "answers" | "silent",
    grpc: "answers" as "answers" | "silent",
    answersInMs: 0,
    roads: [] as string[],
    sent: [] as StatusReport[],
    batches: [] as string[][],
    unanswered: new Set<string>(),
    others: new Set<string>(),
    whileAnswering: undefined as (() => void) | undefined,
    owner: { epoch: 1, owns: (uid: string): boolean => !world.others.has(uid) },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
  function take({ reports }: ReportStatusRequest): ReportStatusResponse {
    world.sent.push(...reports);
    world.batches.push(reports.map(({ uid }) => uid));
    world.whileAnswering?.();
    world.whileAnswering = undefined;
    return { acks: reports.filter(({ uid }) => !world.unanswered.has(uid)).map(({ uid, epoch, seq }) => ({ uid, epoch, seq, outcome: StatusOutcome.STATUS_OUTCOME_STORED })) };
  }
  const bus = {
    request: async (_subject: string, body: Uint8Array) => {
      world.roads.push("nats");
      if (world.nats === "silent") throw new Failure("unavailable", "nobody answers");
      if (world.answersInMs > 0) await new Promise((resolve) => setTimeout(resolve, world.answersInMs));
      return ReportStatusResponse.encode(take(ReportStatusRequest.decode(body))).finish();
    },
  };
  const call = async (request: ReportStatusRequest) => {
    world.roads.push("grpc");
    if (world.grpc === "silent") throw new Failure("unavailable", "reset");
    return take(request);
  };
  const reporter = new Reporter({ target: "default", bus, call, owner: world.owner, nowMs: () => performance.now(), random: () => 0.5, log: silentLog });
  return Object.assign(world, { reporter });
}

function told({ uid, allMembers, members, record: text }: StatusReport) {
  return { uid, whole: allMembers, members: members.map(({ role, index, status }) => `${status === "" ? "-" : ""}${role}/${index}`), record: text !== "" };
}

function statusOf(report: StatusReport | undefined): unknown {
  return JSON.parse(report?.status ?? "null");
}
