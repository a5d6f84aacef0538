import { Failure } from "@troupe/domain/failure";
import type { HeartbeatRequest, HeartbeatResponse } from "@troupe/proto/troupe/internal/v1/reconciler";
import { silentLog } from "@troupe/runtime/log";
import { afterEach, describe, expect, it } from "vitest";
import { Ownership } from "./ownership.ts";
import { ownerOf } from "./rendezvous.ts";

const uids = Array.from({ length: 20 }, (_, index) => `u${index}`);

describe("before control has answered", () => {
  it("nothing is owned, and nothing certain", () => {
    const { ownership } = aWorld();
    expect(uids.some((uid) => ownership.owns(uid))).toBe(false);
    expect([ownership.epoch, ownership.isKnown, ownership.isCertain]).toEqual([0, false, false]);
  });
});

describe("an answered heartbeat", () => {
  it("of one instance alone gives it everything", async () => {
    const world = aWorld();
    await world.beat({ epoch: 4n, instances: ["me"] });
    expect(uids.every((uid) => world.ownership.owns(uid))).toBe(true);
    expect([world.ownership.epoch, world.ownership.isKnown]).toEqual([4, true]);
  });

  it("of several gives each its share", async () => {
    const world = aWorld();
    await world.beat({ epoch: 4n, instances: ["me", "you"] });
    expect(uids.filter((uid) => world.ownership.owns(uid))).toEqual(uids.filter((uid) => ownerOf(uid, ["me", "you"]) === "me"));
  });

  it("tells of a change of who lives, and of nothing else", async () => {
    const world = aWorld();
    await world.beat({ epoch: 4n, instances: ["me"] });
    await world.beat({ epoch: 4n, instances: ["me"] });
    expect(world.changes()).toBe(1);
    await world.beat({ epoch: 5n, instances: ["me", "you"] });
    expect(world.changes()).toBe(2);
    expect(uids.every((uid) => world.ownership.owns(uid))).toBe(false);
  });

  it("is good from when it was asked for, not from when it came", async () => {
    const world = aWorld();
    await world.beat({ validMs: 100 }, { tookMs: 60 });
    expect(world.ownership.isCertain).toBe(true);
    world.clock.nowMs += 39;
    expect(world.ownership.isCertain).toBe(true);
    world.clock.nowMs += 1;
    expect(world.ownership.isCertain).toBe(false);
  });
});

describe("while control is away", () => {
  it("the last answer stands, but is certain only for its time", async () => {
    const world = aWorld();
    await world.beat({ epoch: 4n, instances: ["me"], validMs: 100 });
    world.clock.nowMs += 200;
    await world.fail();
    await world.fail();
    expect(world.ownership.owns("u")).toBe(true);
    expect([world.ownership.epoch, world.ownership.isCertain, world.changes()]).toEqual([4, false, 1]);
    await world.beat({ epoch: 4n, instances: ["me"], validMs: 100 });
    expect([world.ownership.isCertain, world.changes()]).toEqual([true, 1]);
  });
});

describe("an instance that ends", () => {
  it("says so, and is certain of nothing any more", async () => {
    const world = aWorld();
    await world.beat({});
    await world.end();
    expect(world.asked.at(-1)).toEqual({ target: "default", instance: "me", leaving: true });
    expect(world.ownership.isCertain).toBe(false);
  });

  it("says nothing when it was never known", async () => {
    const world = aWorld();
    await world.fail();
    await world.end();
    expect(world.asked.every(({ leaving }) => !leaving)).toBe(true);
  });
});

const worlds: { end: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.end()));
});

/** Heartbeats that are answered when the test says so. */
function aWorld() {
  const stop = new AbortController();
  const asked: HeartbeatRequest[] = [];
  const clock = { nowMs: 1_000 };
  let changes = 0;
  let waiting: PromiseWithResolvers<HeartbeatResponse> | undefined;
  const ownership = new Ownership({
    target: "default",
    instance: "me",
    beat: async (request) => {
      asked.push(request);
      if (request.leaving) return { epoch: 9n, instances: [], validMs: 0 };
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
    nowMs: () => clock.nowMs,
    onChange: () => (changes += 1),
    log: silentLog,
    everyMs: 0,
  });
  const running = ownership.run(stop.signal);
  /** Ends the heartbeat that is under way; resolves when the next is, so that all that follows from this one has happened. */
  async function settle(how: (beat: PromiseWithResolvers<HeartbeatResponse>) => void): Promise<void> {
    const beat = waiting;
    if (beat) how(beat);
    while (waiting === beat) await new Promise((resolve) => setImmediate(resolve));
  }
  const world = {
    ownership,
    asked,
    clock,
    changes: () => changes,
    beat: (answer: Partial<HeartbeatResponse>, { tookMs = 0 } = {}) => {
      clock.nowMs += tookMs;
      return settle((beat) => beat.resolve({ epoch: 1n, instances: ["me"], validMs: 12_000, ...answer }));
    },
    fail: () => settle((beat) => beat.reject(new Failure("unavailable", "control is away"))),
    async end() {
      stop.abort();
      waiting?.reject(new Failure("unavailable", "aborted"));
      await running;
    },
  };
  worlds.push(world);
  return world;
}
