import { type WatchClustersResponse, WatchKind } from "@troupe/proto/troupe/v1/cluster";
import type { WatchEventsResponse } from "@troupe/proto/troupe/v1/event";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Neighbours, type Replica, startNeighbours, startReplica } from "./control.ts";
import { apply, clusterYaml, eventually, finish, publish, remove, report, reportOf, take } from "./steps.ts";

let neighbours: Neighbours;
let replica: Replica & { readonly url: string };
let other: Replica;
beforeAll(async () => {
  neighbours = await startNeighbours();
  replica = await startReplica(neighbours);
  other = await startReplica(neighbours, replica.url);
  await publish(replica);
});
afterAll(async () => {
  await Promise.all([replica?.stop(), other?.stop()]);
  await neighbours?.stop();
});

const letter: Readonly<Record<number, string>> = { [WatchKind.WATCH_KIND_UPSERT]: "+", [WatchKind.WATCH_KIND_DELETE]: "-", [WatchKind.WATCH_KIND_BOOKMARK]: "=" };
const words = (news: readonly WatchClustersResponse[]) => news.map(({ kind, revision, cluster }) => `${letter[kind]}${cluster?.name.split("/").at(-1) ?? ""}@${revision}`);
const watchInitial = (at: Replica, scope: string, filter = "", signal?: AbortSignal) => at.clusters.watch({ scope, filter, start: { $case: "sendInitial", value: true } }, signal && { signal });
const watchFrom = (at: Replica, scope: string, revision: bigint, filter = "", signal?: AbortSignal) => at.clusters.watch({ scope, filter, start: { $case: "fromRevision", value: revision } }, signal && { signal });
const watchEvents = (at: Replica, scope: string, after: bigint, types: readonly string[] = [], signal?: AbortSignal) => at.events.watch({ scope, types, start: { $case: "afterRevision", value: after } }, signal && { signal });

/** Reads a stream in the background. */
function collect<T>(open: (signal: AbortSignal) => AsyncIterable<T>) {
  const stopping = new AbortController();
  const seen: T[] = [];
  const ended = (async () => {
    for await (const one of open(stopping.signal)) seen.push(one);
  })().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  return {
    seen,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

describe("a watch of clusters", () => {
  test("sends all that is there, a bookmark, and then what changes, from whichever replica", async () => {
    for (const name of ["a", "b"]) await apply(replica, clusterYaml("initial", name));
    const watch = collect((signal) => watchInitial(other, "projects/initial", "", signal));
    await eventually("the first bookmark", async () => watch.seen.length === 3);
    await apply(replica, clusterYaml("initial", "c"));
    await apply(replica, clusterYaml("initial", "a", "{app: queue, params: {size: 9}}"));
    const cluster = await finish(replica, "projects/initial/clusters/b");
    await eventually("the deletion", async () => watch.seen.some(({ kind }) => kind === WatchKind.WATCH_KIND_DELETE));
    await watch.stop();
    expect(words(watch.seen).slice(0, 3)).toEqual(["+a@0", "+b@0", "=@2"]);
    expect(words(watch.seen).slice(3)).toEqual(expect.arrayContaining(["+c@3", "+a@4", "-b@6"]));
    expect(watch.seen.at(-1)?.cluster).toMatchObject({ uid: cluster.uid, status: { kept: ["a-claim"] } });
  });

  test("resumed at a revision brings exactly what came after it, each cluster's last state once", async () => {
    for (const name of ["a", "b", "c"]) await apply(replica, clusterYaml("resume", name));
    for (const size of [1, 2, 4]) await apply(replica, clusterYaml("resume", "a", `{app: queue, params: {size: ${size}}}`));
    await finish(replica, "projects/resume/clusters/b");
    expect(words(await take(watchFrom(replica, "projects/resume", 1n), 3))).toEqual(["+c@3", "+a@6", "-b@8"]);
    expect(words(await take(watchFrom(replica, "projects/resume", 6n), 1))).toEqual(["-b@8"]);
    const [, , deleted] = await take(watchFrom(replica, "projects/resume", 0n), 3);
    expect(deleted?.cluster?.name).toBe("projects/resume/clusters/b");
  });

  test("of one cluster brings nothing of others", async () => {
    await apply(replica, clusterYaml("single", "a"));
    const watch = collect((signal) => watchInitial(replica, "projects/single/clusters/b", "", signal));
    await eventually("the bookmark", async () => watch.seen.length === 1);
    await apply(replica, clusterYaml("single", "a", "{app: queue, params: {size: 9}}"));
    await apply(replica, clusterYaml("single", "b"));
    await eventually("b", async () => watch.seen.length === 2);
    await watch.stop();
    expect(words(watch.seen)).toEqual(["=@1", "+b@3"]);
  });

  test("with a filter says when a cluster no longer matches it", async () => {
    await apply(replica, clusterYaml("filter", "a", "{app: queue}", ", labels: {team: x}"));
    await apply(replica, clusterYaml("filter", "b"));
    const watch = collect((signal) => watchInitial(replica, "projects/filter", 'labels.team = "x"', signal));
    await eventually("the bookmark", async () => watch.seen.length === 2);
    await apply(replica, clusterYaml("filter", "b", "{app: queue, params: {size: 9}}"));
    await apply(replica, clusterYaml("filter", "a"));
    // A state may be newer than what it is sent for: b changes again only once its first change has been looked at.
    await eventually("a is no longer shown", async () => watch.seen.length === 3);
    await apply(replica, clusterYaml("filter", "b", "{app: queue}", ", labels: {team: x}"));
    await eventually("b", async () => watch.seen.length === 4);
    await watch.stop();
    expect(words(watch.seen)).toEqual(["+a@0", "=@2", "-a@4", "+b@5"]);
  });

  test("from the future, or of what is no scope, is refused", async () => {
    await expect(take(watchFrom(replica, "projects/initial", 99n), 1)).rejects.toMatchObject({ kind: "invalid", reason: "REVISION_IN_FUTURE" });
    await expect(take(watchFrom(replica, "projects", 0n), 1)).rejects.toMatchObject({ kind: "invalid", reason: "RESOURCE_NAME_INVALID" });
    await expect(take(watchFrom(replica, "projects/initial", -1n), 1)).rejects.toMatchObject({ kind: "invalid" });
  });

  test("from before what is kept is told where what is kept begins", async () => {
    for (const name of ["a", "b", "c"]) await apply(replica, clusterYaml("purged", name));
    await replica.database.rows("UPDATE event SET time = time - interval '40 days' WHERE project = 'purged' AND revision <= 2", []);
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await replica.store.purge({ events: daysAgo(30), requests: daysAgo(1), instances: daysAgo(1), audit: daysAgo(90), history: daysAgo(90) });
    await expect(take(watchFrom(replica, "projects/purged", 1n), 1)).rejects.toMatchObject({ kind: "too_old", facts: { oldestRevision: "3" } });
    await expect(take(watchEvents(replica, "projects/purged", 1n), 1)).rejects.toMatchObject({ kind: "too_old" });
    await expect(replica.events.list({ parent: "projects/purged", afterRevision: 1n, pageSize: 0, subject: "", types: [], newestFirst: false })).rejects.toMatchObject({ kind: "too_old" });
    expect(words(await take(watchFrom(replica, "projects/purged", 0n), 1))).toEqual(["+c@3"]);
    expect(words(await take(watchFrom(replica, "projects/purged", 2n), 1))).toEqual(["+c@3"]);
  });
});

describe("a watch of events", () => {
  const revisions = (news: readonly WatchEventsResponse[]) => news.flatMap(({ event }) => (event ? [Number(event.revision)] : []));

  test("brings every one, however often it is interrupted and wherever it is resumed", async () => {
    const writing = (async () => {
      for (let index = 0; index < 40; index += 1) await apply(index % 2 === 0 ? replica : other, clusterYaml("every", "a", `{app: queue, params: {size: ${index}}}`));
    })();
    const seen: number[] = [];
    for (let turn = 0; seen.length < 40; turn += 1) {
      const got = revisions(await take(watchEvents(turn % 2 === 0 ? other : replica, "projects/every", BigInt(seen.at(-1) ?? 0)), Math.min(7, 40 - seen.length)));
      seen.push(...got);
    }
    await writing;
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  test("from now on begins with a bookmark", async () => {
    await apply(replica, clusterYaml("now", "a"));
    const watch = collect((signal) => replica.events.watch({ scope: "projects/now", types: [], start: { $case: "fromNow", value: true } }, { signal }));
    await eventually("the bookmark", async () => watch.seen.length === 1);
    await apply(other, clusterYaml("now", "b"));
    await eventually("the event", async () => watch.seen.length === 2);
    await watch.stop();
    expect(watch.seen.map(({ revision, event }) => [revision, event?.type])).toEqual([[1n, undefined], [2n, "dev.troupe.cluster.created.v1"]]);
  });

  test("of some types and one cluster", async () => {
    for (const name of ["a", "b"]) await apply(replica, clusterYaml("types", name));
    const { cluster } = await remove(replica, "projects/types/clusters/a");
    await report(replica, reportOf(cluster!, { state: "deleting" }));
    expect(revisions(await take(watchEvents(replica, "projects/types", 0n, ["dev.troupe.cluster.c*", "cluster.deleting"]), 3))).toEqual([1, 2, 3]);
    expect(revisions(await take(watchEvents(replica, "projects/types/clusters/a", 0n), 3))).toEqual([1, 3, 4]);
    await expect(take(watchEvents(replica, "projects/types", 0n, ["Nonsense!"]), 1)).rejects.toMatchObject({ kind: "invalid", reason: "EVENT_TYPE_INVALID" });
  });

  test("and the list of events tell the same", async () => {
    const { events, lastRevision, more } = await replica.events.list({ parent: "projects/every", afterRevision: 3n, pageSize: 5, subject: "", types: [], newestFirst: false });
    expect([events.map(({ revision }) => Number(revision)), lastRevision, more]).toEqual([[4, 5, 6, 7, 8], 8n, true]);
    const watched = await take(watchEvents(replica, "projects/every", 3n), 5);
    expect(watched.map(({ event }) => event)).toEqual(events);
    const newest = await replica.events.list({ parent: "projects/every", afterRevision: 0n, pageSize: 2, subject: "", types: [], newestFirst: true });
    expect(newest.events.map(({ revision }) => Number(revision))).toEqual([40, 39]);
  });
});

describe("waiting", () => {
  const wait = (name: string, until: 1 | 2, change: { seconds?: bigint; generation?: bigint } = {}) => replica.clusters.wait({ name, until, timeout: { seconds: change.seconds ?? 20n, nanos: 0 }, generation: change.generation ?? 0n });

  test("until ready answers once the present generation is", async () => {
    const name = "projects/wait/clusters/a";
    const { cluster } = await apply(replica, clusterYaml("wait", "a"));
    const waiting = wait(name, 1);
    await report(replica, reportOf(cluster!, { state: "deploying" }));
    await report(replica, reportOf(cluster!, { state: "ready" }));
    expect(await waiting).toMatchObject({ done: true, cluster: { name, status: { observedGeneration: 1n } } });
    expect((await wait(name, 1)).done).toBe(true);
    const { cluster: changed } = await apply(replica, clusterYaml("wait", "a", "{app: queue, params: {size: 9}}"));
    expect(await wait(name, 1, { seconds: 0n })).toMatchObject({ done: false, cluster: { generation: 2n } });
    const again = wait(name, 1, { generation: 2n });
    await report(replica, reportOf(changed!, { state: "ready" }));
    expect((await again).done).toBe(true);
  });

  test("no longer than asked for, to the millisecond above", async () => {
    await apply(replica, clusterYaml("wait", "d"));
    const name = "projects/wait/clusters/d";
    expect(await replica.clusters.wait({ name, until: 1, timeout: { seconds: 0n, nanos: 1_500_001 }, generation: 0n })).toMatchObject({ done: false, cluster: { name } });
    await expect(replica.clusters.wait({ name, until: 1, timeout: { seconds: 3_600n, nanos: 1 }, generation: 0n })).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "timeout" }] });
  });

  test("until deleted answers once it is gone, and at once when it is not there", async () => {
    const name = "projects/wait/clusters/b";
    await apply(replica, clusterYaml("wait", "b"));
    const waiting = wait(name, 2);
    await finish(replica, name);
    expect(await waiting).toEqual({ done: true, cluster: undefined });
    expect(await wait(name, 2)).toEqual({ done: true, cluster: undefined });
  });

  test("for what is not there, or is deleted meanwhile, is told so", async () => {
    await expect(wait("projects/wait/clusters/none", 1)).rejects.toMatchObject({ kind: "not_found" });
    await apply(replica, clusterYaml("wait", "c"));
    const waiting = wait("projects/wait/clusters/c", 1);
    const refused = expect(waiting).rejects.toMatchObject({ kind: "not_found" });
    await finish(replica, "projects/wait/clusters/c");
    await refused;
    await expect(replica.clusters.wait({ name: "projects/wait/clusters/c", until: 0, timeout: undefined, generation: 0n })).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "until" }] });
  });
});
