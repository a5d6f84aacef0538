import { delayMs } from "@troupe/runtime/backoff";
import { wait } from "@troupe/runtime/wait";
import { WatchKind } from "@troupe/proto/troupe/v1/cluster";
import type { Cluster, WatchClustersResponse } from "@troupe/proto/troupe/v1/cluster";
import type { Event, WatchEventsResponse } from "@troupe/proto/troupe/v1/event";
import type { Failure } from "@troupe/domain/failure";
import { failureOf } from "./calls.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Session } from "./session.ts";
import { isRefused } from "./unreachable.ts";

/** What a watch of clusters brings. */
export type ClusterNews =
  /** Everything known before is void: all present states follow, then `current`. */
  | { readonly kind: "reset" }
  | { readonly kind: "current" }
  | { readonly kind: "upsert" | "delete"; readonly cluster: Cluster }
  | { readonly kind: "away"; readonly failure: Failure }
  | { readonly kind: "back" };

export type EventNews = { readonly kind: "event"; readonly event: Event } | { readonly kind: "away"; readonly failure: Failure } | { readonly kind: "back" };

interface Follow<Message, News> {
  /** Opens the stream at the cursor; undefined: at the beginning of what is asked for. */
  readonly open: (cursor: bigint | undefined) => AsyncIterable<Message>;
  readonly newsOf: (message: Message) => readonly News[];
  /** Where to resume after this message; undefined: not yet from anywhere but the beginning. */
  readonly cursorAfter: (message: Message, before: bigint | undefined) => bigint | undefined;
  readonly from: bigint | undefined;
  /** What to say when the watch begins anew. */
  readonly onStart: readonly News[];
  /** The cursor is older than what is kept: begin anew, or is that a failure? */
  readonly mayBeginAnew: boolean;
}

interface Connection {
  readonly kind: "away" | "back";
}

const backoff = { firstMs: 250, mostMs: 5_000 };

/** The present clusters of a scope and then every change, over as many connections as it takes, until the signal aborts. */
export function followClusters(session: Session, { scope, filter = "", from, signal }: { scope: string; filter?: string; from?: bigint; signal: AbortSignal }): AsyncGenerator<ClusterNews> {
  return follow<WatchClustersResponse, ClusterNews>(session, signal, async () => {
    const { clusters } = await session.api();
    let initial = false;
    return {
      open: (cursor) => {
        initial = cursor === undefined;
        return clusters.watch({ scope, filter, start: cursor === undefined ? { $case: "sendInitial", value: true } : { $case: "fromRevision", value: cursor } }, { signal });
      },
      newsOf: ({ kind, cluster }) => {
        if (kind === WatchKind.WATCH_KIND_BOOKMARK) return initial ? [{ kind: "current" }] : [];
        return cluster ? [{ kind: kind === WatchKind.WATCH_KIND_DELETE ? "delete" : "upsert", cluster }] : [];
      },
      cursorAfter: ({ kind, revision }, before) => {
        if (kind === WatchKind.WATCH_KIND_BOOKMARK) initial = false;
        return initial ? before : revision;
      },
      from,
      onStart: [{ kind: "reset" }],
      mayBeginAnew: true,
    };
  });
}

/** Every event after a revision, none twice, over as many connections as it takes, until the signal aborts. */
export function followEvents(session: Session, { scope, types, after, signal }: { scope: string; types: readonly string[]; after: bigint; signal: AbortSignal }): AsyncGenerator<EventNews> {
  return follow<WatchEventsResponse, EventNews>(session, signal, async () => {
    const { events } = await session.api();
    return {
      open: (cursor) => events.watch({ scope, types, start: { $case: "afterRevision", value: cursor ?? after } }, { signal }),
      newsOf: ({ event }) => (event ? [{ kind: "event", event }] : []),
      cursorAfter: ({ revision }) => revision,
      from: after,
      onStart: [],
      mayBeginAnew: false,
    };
  });
}

/** Runs what has no end of its own but Ctrl-C, which is no failure of it. Resolves with the exit code. */
export async function untilInterrupted({ terminal }: Session, act: () => Promise<void>): Promise<number> {
  try {
    await act();
    return exitCodes.ok;
  } catch (error) {
    if (!terminal.signal.aborted) throw error;
    return exitCodes.interrupted;
  }
}

async function* follow<Message, News>(session: Session, signal: AbortSignal, begin: () => Promise<Follow<Message, News>>): AsyncGenerator<News | { kind: "away"; failure: Failure } | { kind: "back" }> {
  const { open, newsOf, cursorAfter, from, onStart, mayBeginAnew } = await begin();
  let cursor = from;
  let attempt = 0;
  let away: Connection["kind"] = "back";
  for (;;) {
    if (cursor === undefined) yield* onStart;
    try {
      for await (const message of open(cursor)) {
        if (away === "away") yield { kind: "back" };
        away = "back";
        attempt = 0;
        session.answered = true;
        const news = newsOf(message);
        cursor = cursorAfter(message, cursor);
        yield* news;
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const failure = await failureOf(error, session);
      const resumed = resumeAt(failure, cursor, mayBeginAnew);
      if (!resumed || (isRefused(failure) && !session.answered)) throw failure;
      cursor = resumed.cursor;
      if (failure.kind === "unavailable" && away === "back") {
        away = "away";
        yield { kind: "away", failure };
      }
    }
    await wait(delayMs(attempt, session.terminal.random, backoff) + 50, signal);
    attempt += 1;
  }
}

/** Where a broken watch goes on; undefined: it does not. */
function resumeAt(failure: Failure, cursor: bigint | undefined, mayBeginAnew: boolean): { readonly cursor: bigint | undefined } | undefined {
  switch (failure.kind) {
    case "unavailable":
      return { cursor };
    case "too_old":
      return mayBeginAnew ? { cursor: undefined } : undefined;
    case "exhausted": {
      const revision = failure.facts["resumeRevision"];
      return revision === undefined ? { cursor } : { cursor: BigInt(revision) };
    }
    case "invalid":
    case "not_found":
    case "already_exists":
    case "conflict":
    case "stale":
    case "denied":
    case "unauthenticated":
    case "internal":
      return undefined;
  }
}
