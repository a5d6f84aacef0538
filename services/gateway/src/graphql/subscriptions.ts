import { Failure } from "@troupe/domain/failure";
import { WatchKind, type WatchClustersResponse } from "@troupe/proto/troupe/v1/cluster";
import type { WatchEventsResponse } from "@troupe/proto/troupe/v1/event";
import { cancellable } from "./cancellable.ts";
import { parseRevision } from "./connections.ts";
import type { Context } from "./context.ts";
import { pipelineSubscriptions } from "./pipelines.ts";
import { clusterWords, eventWords } from "./words.ts";

interface ClusterArgs {
  readonly scope: string;
  readonly filter?: string | null;
  readonly after?: string | null;
}

interface EventArgs {
  readonly scope: string;
  readonly types?: readonly string[] | null;
  readonly after?: string | null;
}

export const subscriptions = {
  clusterChanged: { subscribe: (_: unknown, args: ClusterArgs, context: Context) => cancellable((signal) => clusterNews(context, args, signal)) },
  ...pipelineSubscriptions,
  events: { subscribe: (_: unknown, args: EventArgs, context: Context) => cancellable((signal) => eventNews(context, args, signal)) },
};

async function* clusterNews({ control, options }: Context, { scope, filter, after }: ClusterArgs, signal: AbortSignal) {
  const start = after == null ? ({ $case: "sendInitial", value: true } as const) : ({ $case: "fromRevision", value: parseRevision(after) } as const);
  for await (const message of control.clusters.watch({ scope, filter: filter ?? "", start }, { ...options, signal })) yield { clusterChanged: clusterWordsOf(message) };
}

function clusterWordsOf({ kind, revision, cluster }: WatchClustersResponse) {
  if (cluster === undefined || kind === WatchKind.WATCH_KIND_BOOKMARK) return { __typename: "Bookmark", revision: String(revision) };
  return { __typename: kind === WatchKind.WATCH_KIND_DELETE ? "ClusterGone" : "ClusterUpsert", revision: String(revision), cluster: clusterWords(cluster) };
}

/** Revisions that are no longer kept are announced, and what is kept follows: never a silent hole. */
async function* eventNews({ control, options }: Context, { scope, types, after }: EventArgs, signal: AbortSignal) {
  const watch = (from: bigint | undefined) =>
    control.events.watch({ scope, types: types ?? [], start: from === undefined ? { $case: "fromNow", value: true } : { $case: "afterRevision", value: from } }, { ...options, signal });
  const asked = after == null ? undefined : parseRevision(after);
  try {
    for await (const message of watch(asked)) yield { events: eventWordsOf(message) };
  } catch (error) {
    const oldest = error instanceof Failure && error.kind === "too_old" ? error.facts["oldestRevision"] : undefined;
    if (oldest === undefined || asked === undefined) throw error;
    const resume = BigInt(oldest) - 1n;
    yield { events: { __typename: "Gap", from: String(asked + 1n), to: String(resume) } };
    for await (const message of watch(resume)) yield { events: eventWordsOf(message) };
  }
}

function eventWordsOf({ revision, event }: WatchEventsResponse) {
  if (event === undefined) return { __typename: "Bookmark", revision: String(revision) };
  return { __typename: "EventSeen", revision: String(revision), event: eventWords(event) };
}
