import { describe, expect, test } from "vitest";
import type { ClusterRecord } from "./record.ts";
import { SimulatedTarget } from "./testing/world.ts";
import { written } from "./testing/written.ts";

const cluster = (gang = true) => written(`  roles: {server: {members: 3, gang: ${gang}}}\n`);

/** Passes every 10 seconds until a time; says when how many pods were there. */
function watch(target: SimulatedTarget, untilSeconds: number) {
  const seen: [seconds: number, pods: number][] = [];
  for (; target.nowMs <= untilSeconds * 1000; target.nowMs += 10_000) {
    target.pass(cluster());
    const pods = target.names("Pod").length;
    if (seen.at(-1)?.[1] !== pods) seen.push([target.nowMs / 1000, pods]);
    target.settle();
  }
  return seen;
}

describe("a gang", () => {
  test("one of which finds no place gives up all places after two minutes, and tries again after a pause that doubles", () => {
    const target = new SimulatedTarget();
    target.homeless.add("c-server-2");
    expect(watch(target, 620).map(([seconds, pods]) => [seconds, pods > 0])).toEqual([[0, true], [140, false], [160, true], [290, false], [340, true], [470, false], [580, true]]);
    expect(target.record?.roles["server"]?.gang?.tries).toBe(4);
  });

  test("that finds places in time stays, also after it had given up before, and nothing is left of it", () => {
    const target = new SimulatedTarget();
    target.homeless.add("c-server-2");
    watch(target, 200);
    target.homeless.clear();
    expect(target.converge(cluster()).state).toBe("ready");
    expect(target.record?.roles["server"]?.gang).toBeUndefined();
  });

  test("says when to look again, and why it waits", () => {
    const target = new SimulatedTarget();
    target.homeless.add("c-server-2");
    target.pass(cluster());
    target.settle();
    expect(target.pass(cluster()).step.lookAgainInMs).toBe(120_000);
    target.nowMs += 120_000;
    target.pass(cluster());
    target.settle();
    const { step, status } = target.pass(cluster());
    expect([step.lookAgainInMs, status.waiting.map(({ reason }) => reason)]).toEqual([30_000, ["GangWaiting"]]);
  });

  test("that has formed is one no more: a member that finds no place costs nobody else theirs", () => {
    const target = new SimulatedTarget();
    target.converge(cluster());
    target.kill("c-server-2");
    target.homeless.add("c-server-2");
    watch(target, 400);
    expect(target.names("Pod")).toHaveLength(3);
  });

  test("is asked for: members of other roles start one by one as there is room", () => {
    const target = new SimulatedTarget();
    target.homeless.add("c-server-2");
    for (let pass = 0; pass < 40; pass += 1, target.nowMs += 10_000) {
      target.pass(cluster(false));
      target.settle();
    }
    expect([target.names("Pod").length, target.record?.roles["server"]?.gang]).toEqual([3, undefined]);
  });

  test("that waits for its volumes is not stuck", () => {
    const target = new SimulatedTarget();
    target.pass(cluster());
    const before: ClusterRecord | undefined = target.record;
    target.pass(cluster());
    expect(target.record).toBe(before);
  });
});
