import { silentLog } from "@troupe/runtime/log";
import { expect, test } from "vitest";
import type { StoredCluster, StoredEvent } from "../store.ts";
import { aTime, snapshot } from "../testing/mutations.ts";
import { Tail } from "./tail.ts";

const uidOf = (index: number) => `01930000-0000-7000-8000-${String(index).padStart(12, "0")}`;
const clusterOf = (uid: string): StoredCluster => ({ ...snapshot({ uid }), revision: 1, version: 1, guard: { epoch: 0, seq: 0 }, formed: false, appUid: undefined, goneTime: undefined });

/** A log of events with so many bytes each. */
function aLog(count: number, bytes: number) {
  const events = Array.from({ length: count }, (_, index): StoredEvent => {
    const data = { cluster: snapshot({ annotations: { note: "x".repeat(bytes) } }), change: {} };
    return { project: "p", revision: index + 1, type: "cluster.updated", kind: "cluster", uid: uidOf(index), subject: "", time: aTime, actor: "ann", generation: 1, traceparent: undefined, data };
  });
  const reads = { events: 0 };
  const store = {
    projectState: async () => ({ revision: 0, purged: 0 }),
    eventsAfter: async (_project: string, after: number, limit: number) => {
      reads.events += 1;
      return { events: events.slice(after, after + limit), more: after + limit < events.length };
    },
    clustersByUid: async (uids: readonly string[]) => uids.map(clusterOf),
  };
  return { store, reads };
}

test("states that are asked for together are all given, also those that were read longest ago", async () => {
  const { store } = aLog(0, 0);
  const tail = new Tail("p", { store, log: silentLog });
  const changes = (from: number, to: number) => new Map(Array.from({ length: to - from }, (_, index) => [uidOf(from + index), 0]));
  await tail.clusters(new Map([...changes(0, 1_000)].map(([uid]) => [uid, 1])));
  const wanted = new Map([...changes(0, 100), ...[...changes(1_000, 1_100)].map(([uid]) => [uid, 1] as const)]);
  expect([...(await tail.clusters(wanted)).keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
});

test("large events are not kept for those who read along: whoever is behind reads from the store", async () => {
  const { store, reads } = aLog(20, 1_000_000);
  const tail = new Tail("p", { store, log: silentLog });
  await tail.open();
  await tail.wake();
  const { events: before } = reads;
  const signal = new AbortController().signal;
  expect((await tail.next(18, 0, signal)).map(({ revision }) => revision)).toEqual([19, 20]);
  expect(reads.events).toBe(before);
  expect((await tail.next(5, 0, signal))[0]?.revision).toBe(6);
  expect(reads.events).toBe(before + 1);
});
