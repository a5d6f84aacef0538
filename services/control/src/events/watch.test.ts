import { describe, expect, test } from "vitest";
import { silentLog } from "@troupe/runtime/log";
import type { Store, StoredCluster } from "../store.ts";
import { memoryStore } from "../testing/memory-store.ts";
import { aCluster, aMutation, anApp, creating, deleting, publishing, reporting } from "../testing/mutations.ts";
import { Tails } from "./tail.ts";
import { watchClusters, type WatchDeps, watchEvents } from "./watch.ts";

/** A store of one project that tells its tails, and counts what is read from it. */
async function world(options: Partial<WatchDeps> & { keptEvents?: number } = {}) {
  const reads = { events: 0, clusters: 0 };
  let isHushed = false;
  const real = memoryStore({ onCommitted: (project, { last }) => !isHushed && tails.wake(project, last) });
  const store: Store = {
    ...real,
    eventsAfter: (...query) => ((reads.events += 1), real.eventsAfter(...query)),
    clustersByUid: (uids) => ((reads.clusters += 1), real.clustersByUid(uids)),
  };
  const tails: Tails = new Tails({ store, log: silentLog, keptEvents: options.keptEvents });
  const deps: WatchDeps = { store, tails, nowMs: () => performance.now(), ...options };
  const app = anApp();
  await store.commit(aMutation("troupe-system", [publishing("troupe-system", app)]));
  const found = async (name: string): Promise<StoredCluster> => (await store.findCluster("p", name))!;
  return {
    deps,
    store,
    reads,
    /** From here on nobody is told of what is committed. */
    hush: () => (isHushed = true),
    create: (name: string) => store.commit(aMutation("p", [creating("p", aCluster(name, app, { namespace: "p" }))])),
    report: async (name: string, seq: number) => store.commit(aMutation("p", [reporting(await found(name), { epoch: 1, seq }, { state: seq % 2 === 0 ? "ready" : "degraded" })])),
    remove: async (name: string) => {
      await store.commit(aMutation("p", [deleting(await found(name))]));
      await store.commit(aMutation("p", [reporting(await found(name), { epoch: 9, seq: 9 }, { gone: true }, {}, "gone")]));
    },
  };
}

const scope = { project: "p", subject: undefined };
const never = new AbortController().signal;
const everything = () => true;

async function next<T>(stream: AsyncGenerator<T>): Promise<T> {
  const { value, done } = await stream.next();
  if (done) throw new Error("the stream has ended");
  return value;
}

describe("a watch", () => {
  test("speaks up when it has been silent for long, also when what happened was not for it", async () => {
    const { deps, create } = await world({ bookmarkMs: 30 });
    const events = watchEvents(deps, scope, ({ type }) => type === "cluster.deleted", { kind: "now" }, never);
    expect(await next(events)).toEqual({ kind: "bookmark", revision: 0 });
    await create("a");
    expect(await next(events)).toEqual({ kind: "bookmark", revision: 1 });
    await events.return(undefined);
  });

  test("that is idle is told so once at a time", async () => {
    let clockMs = 0;
    const { deps, create } = await world({ bookmarkMs: 300, nowMs: () => clockMs });
    const events = watchEvents(deps, scope, everything, { kind: "now" }, never);
    expect(await next(events)).toEqual({ kind: "bookmark", revision: 0 });
    const idle = next(events);
    clockMs = 300;
    expect(await idle).toEqual({ kind: "bookmark", revision: 0 });
    const following = next(events);
    await create("a");
    expect(await following).toMatchObject({ kind: "event", event: { revision: 1 } });
    await events.return(undefined);
  });

  test("never goes back behind what it was shown at its beginning, whatever others have read", async () => {
    const { deps, store, create, report, hush } = await world();
    await create("a");
    const other = watchClusters(deps, scope, [], { kind: "now" }, never);
    const read = next(other);
    const meanwhile = async () => {
      await report("a", 1);
      expect(await read).toMatchObject({ revision: 2, cluster: { status: { state: "degraded" } } });
      // The tail, and so what it keeps of a, does not know of this.
      hush();
      await report("a", 2);
    };
    const states = watchClusters({ ...deps, store: { ...store, listClusters: async (query) => (await meanwhile(), store.listClusters(query)) } }, scope, [], { kind: "initial" }, never);
    expect(await next(states)).toMatchObject({ cluster: { revision: 3, status: { state: "ready" } } });
    expect(await next(states)).toEqual({ kind: "bookmark", revision: 1 });
    expect(await next(states)).toMatchObject({ kind: "upsert", revision: 2, cluster: { status: { state: "ready" } } });
    await states.return(undefined);
  });

  test("by many costs one read of the log and one of each state", async () => {
    const { deps, create, report, reads } = await world();
    await create("a");
    const watchers = Array.from({ length: 50 }, () => watchClusters(deps, scope, [], { kind: "now" }, never));
    const waiting = watchers.map(next);
    await new Promise((resolve) => setImmediate(resolve));
    await report("a", 2);
    const news = await Promise.all(waiting);
    expect(news.every((one) => one.kind === "upsert" && one.revision === 2 && one.cluster.status?.state === "ready")).toBe(true);
    expect(reads).toEqual({ events: 1, clusters: 1 });
    await Promise.all(watchers.map((watcher) => watcher.return(undefined)));
  });

  test("of states skips all but the last of one cluster, and never goes back", async () => {
    const { deps, create, report } = await world();
    await create("a");
    await create("b");
    for (const seq of [1, 2, 3, 4]) await report("a", seq);
    const states = watchClusters(deps, scope, [], { kind: "after", revision: 1 }, never);
    expect(await next(states)).toMatchObject({ kind: "upsert", revision: 2, cluster: { name: "b" } });
    // It changes once more before the watcher gets to it: what is sent is newer, and is not sent again.
    const pending = report("a", 5);
    expect(await next(states)).toMatchObject({ kind: "upsert", revision: 6, cluster: { name: "a" } });
    await pending;
    await report("b", 7);
    const later = [await next(states)];
    if (later[0]?.kind === "upsert" && later[0].cluster.name === "a") later.push(await next(states));
    expect(later.at(-1)).toMatchObject({ revision: 8, cluster: { name: "b" } });
    await states.return(undefined);
  });

  test("sees a cluster go that came and went since", async () => {
    const { deps, create, remove } = await world();
    await create("a");
    await remove("a");
    const states = watchClusters(deps, scope, [], { kind: "after", revision: 0 }, never);
    expect(await next(states)).toMatchObject({ kind: "delete", revision: 3, cluster: { name: "a" } });
    await states.return(undefined);
  });

  test("that was up to date and reads too slowly is told where to resume", async () => {
    const { deps, create } = await world({ mostBehind: 3, keptEvents: 2 });
    const events = watchEvents(deps, scope, everything, { kind: "now" }, never);
    await next(events);
    await create("a");
    expect(await next(events)).toMatchObject({ kind: "event", event: { revision: 1 } });
    for (const name of ["b", "c", "d", "e", "f"]) await create(name);
    await new Promise((resolve) => setImmediate(resolve)); // the tail reads what it was told of
    await expect(next(events)).rejects.toMatchObject({ kind: "exhausted", reason: "WATCH_TOO_SLOW", facts: { resumeRevision: "1" } });
    const resumed = watchEvents(deps, scope, everything, { kind: "after", revision: 1 }, never);
    for (const revision of [2, 3, 4, 5, 6]) expect(await next(resumed)).toMatchObject({ event: { revision } });
    await resumed.return(undefined);
  });

  test("ends with the caller's signal", async () => {
    const { deps } = await world();
    const stopping = new AbortController();
    const events = watchEvents(deps, scope, everything, { kind: "after", revision: 0 }, stopping.signal);
    const waiting = next(events);
    const ended = expect(waiting).rejects.toThrow("enough");
    stopping.abort(new Error("enough"));
    await ended;
  });
});
