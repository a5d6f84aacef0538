import { Failure } from "@troupe/domain/failure";
import type { Uid } from "@troupe/domain/name";
import { type Filter, matches } from "../clusters/cluster-filter.ts";
import { pageSizes } from "../clusters/cluster-query.ts";
import type { ClusterSnapshot, Store, StoredCluster, StoredEvent } from "../store.ts";
import { Shown } from "./shown.ts";
import type { Tail, Tails } from "./tail.ts";

export interface WatchDeps extends Pacing {
  readonly store: Pick<Store, "projectState" | "listClusters" | "findCluster">;
  readonly tails: Tails;
}

export interface Pacing {
  readonly nowMs: () => number;
  /** The longest silence. */
  readonly bookmarkMs?: number;
  /** Who has been at the end of the log and falls this far behind is told to resume. */
  readonly mostBehind?: number;
}

/** What is watched: a project, or one thing in it by its resource name. */
export interface Scope {
  readonly project: string;
  readonly subject: string | undefined;
}

export type Start = { readonly kind: "after"; readonly revision: number } | { readonly kind: "initial" } | { readonly kind: "now" };

export type ClusterNews =
  | { readonly kind: "upsert"; readonly revision: number; readonly cluster: StoredCluster }
  | { readonly kind: "delete"; readonly revision: number; readonly cluster: ClusterSnapshot }
  | { readonly kind: "bookmark"; readonly revision: number };

export type EventNews = { readonly kind: "event"; readonly event: StoredEvent } | { readonly kind: "bookmark"; readonly revision: number };

/**
 * States of clusters: those of one that changed several times may be skipped, the last never; none goes back. Resuming at a
 * revision delivers what came after it.
 */
export async function* watchClusters(deps: WatchDeps, scope: Scope, filter: Filter, start: Start, signal: AbortSignal): AsyncGenerator<ClusterNews> {
  using used = await deps.tails.use(scope.project);
  const shown = new Shown(filter, start.kind === "initial");
  let cursor = await cursorOf(deps, scope.project, start);
  const begin = { from: cursor, isAtEnd: cursor >= used.tail.head };
  let floor = 0;
  if (start.kind === "initial") {
    for await (const cluster of present(deps, scope, filter)) {
      shown.note(cluster.uid);
      // Not a place to resume from: others may not have been sent yet.
      yield { kind: "upsert", revision: 0, cluster };
    }
    // What was shown may be newer than the cursor, and than what the tail read of it for others.
    floor = (await deps.store.projectState(scope.project)).revision;
    yield { kind: "bookmark", revision: cursor };
  }
  for await (const page of pagesAfter(deps, used.tail, begin, signal)) {
    cursor = page.upTo;
    if (page.isBookmark) yield { kind: "bookmark", revision: cursor };
    else page.quiet = !(yield* newsOf(used.tail, page.events, { scope, filter, floor }, shown));
  }
}

/** Every event, none twice. */
export async function* watchEvents(deps: WatchDeps, scope: Scope, isWanted: (event: StoredEvent) => boolean, start: Start, signal: AbortSignal): AsyncGenerator<EventNews> {
  using used = await deps.tails.use(scope.project);
  const cursor = await cursorOf(deps, scope.project, start);
  const begin = { from: cursor, isAtEnd: cursor >= used.tail.head };
  if (start.kind === "now") yield { kind: "bookmark", revision: cursor };
  for await (const page of pagesAfter(deps, used.tail, begin, signal)) {
    if (page.isBookmark) {
      yield { kind: "bookmark", revision: page.upTo };
      continue;
    }
    const wanted = page.events.filter((event) => (scope.subject === undefined || event.subject === scope.subject) && isWanted(event));
    page.quiet = wanted.length === 0;
    for (const event of wanted) yield { kind: "event", event };
  }
}

export interface Page {
  readonly events: readonly StoredEvent[];
  readonly upTo: number;
  readonly isBookmark: boolean;
  /** Nothing of it was sent: it does not put off the next bookmark. */
  quiet: boolean;
}

/** Where a watch begins, and whether nothing was to be read from there when it was opened. */
interface Begin {
  readonly from: number;
  readonly isAtEnd: boolean;
}

/** The log after a cursor, page by page, for ever; an empty page when it is time for a bookmark. */
export async function* pagesAfter({ bookmarkMs = 30_000, mostBehind = 10_000, nowMs }: Pacing, tail: Tail, { from, isAtEnd }: Begin, signal: AbortSignal): AsyncGenerator<Page> {
  let cursor = from;
  let spokeMs = nowMs();
  for (let live = isAtEnd; ; live ||= cursor >= tail.head) {
    if (live && tail.head - cursor > mostBehind) throw tooSlow(cursor);
    const events = await tail.next(cursor, Math.max(0, spokeMs + bookmarkMs - nowMs()), signal);
    cursor = events.at(-1)?.revision ?? cursor;
    const page: Page = { events, upTo: cursor, isBookmark: events.length === 0, quiet: false };
    yield page;
    if (!page.quiet) spokeMs = nowMs();
    else if (nowMs() >= spokeMs + bookmarkMs) {
      yield { events: [], upTo: cursor, isBookmark: true, quiet: false };
      spokeMs = nowMs();
    }
  }
}

function tooSlow(cursor: number): Failure {
  return new Failure("exhausted", "the watch was read too slowly: resume it", { reason: "WATCH_TOO_SLOW", facts: { resumeRevision: String(cursor) }, retryAfterMs: 100 });
}

/** Where a watch begins. */
export async function cursorOf({ store }: { readonly store: Pick<Store, "projectState"> }, project: string, start: Start): Promise<number> {
  const { revision, purged } = await store.projectState(project);
  if (start.kind !== "after") return revision;
  // 0: from the oldest kept.
  if (start.revision === 0) return purged;
  if (start.revision <= revision) return start.revision;
  throw new Failure("invalid", `revision ${start.revision} of project ${project} does not exist yet: the last is ${revision}`, { reason: "REVISION_IN_FUTURE" });
}

async function* present({ store }: WatchDeps, { project, subject }: Scope, filter: Filter): AsyncGenerator<StoredCluster> {
  if (subject !== undefined) {
    const cluster = await store.findCluster(project, subject.split("/").at(-1) ?? "");
    if (cluster && matches(filter, cluster)) yield cluster;
    return;
  }
  for (let after: readonly string[] | undefined; ; ) {
    const page = await store.listClusters({ project, filter, order: { by: "name", descending: false }, after, limit: pageSizes.most / 5 });
    yield* page.clusters;
    if (page.next === undefined) return;
    after = page.next;
  }
}

interface Wanted {
  readonly scope: Scope;
  readonly filter: Filter;
  /** No state may be older than of this revision. */
  readonly floor: number;
}

/** What a page of the log means for states: the last of each cluster, in order of revision. Returns whether there was any. */
async function* newsOf(tail: Tail, events: readonly StoredEvent[], { scope: { subject }, filter, floor }: Wanted, shown: Shown): AsyncGenerator<ClusterNews, boolean> {
  const last = new Map<Uid, StoredEvent>();
  for (const event of events) {
    if (event.kind !== "cluster" || (subject !== undefined && event.subject !== subject) || shown.isAhead(event)) continue;
    last.delete(event.uid);
    last.set(event.uid, event);
  }
  const living = [...last.values()].filter(({ type }) => type !== "cluster.deleted");
  const states = await tail.clusters(new Map(living.map(({ uid, revision }) => [uid, Math.max(revision, floor)])));
  let spoke = false;
  for (const event of last.values()) {
    const news = newsOfOne(event, states.get(event.uid), filter, shown);
    if (!news) continue;
    spoke = true;
    yield news;
  }
  return spoke;
}

function newsOfOne(event: StoredEvent, state: StoredCluster | undefined, filter: Filter, shown: Shown): ClusterNews | undefined {
  const { uid, revision, data } = event;
  if (event.type === "cluster.deleted") return shown.forget(uid) && "cluster" in data ? { kind: "delete", revision, cluster: data.cluster } : undefined;
  // Its end is in the log too, further on.
  if (!state || state.goneTime !== undefined) return undefined;
  shown.reached(uid, state.revision, revision);
  switch (shown.decide(uid, matches(filter, state))) {
    case "show":
      return { kind: "upsert", revision, cluster: state };
    case "hide":
      return { kind: "delete", revision, cluster: state };
    case "nothing":
      return undefined;
  }
}
