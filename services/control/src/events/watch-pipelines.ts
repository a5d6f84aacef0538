import type { Uid } from "@troupe/domain/name";
import { pageSizes } from "../clusters/cluster-query.ts";
import type { PipelineSnapshot, StoredPipeline } from "../pipelines/pipeline.ts";
import type { Store, StoredEvent } from "../store.ts";
import type { Tails } from "./tail.ts";
import { cursorOf, type Pacing, pagesAfter, type Scope, type Start } from "./watch.ts";

export interface WatchPipelinesDeps extends Pacing {
  readonly store: Pick<Store, "projectState" | "findPipeline" | "listPipelines">;
  readonly tails: Tails;
}

export type PipelineNews =
  | { readonly kind: "upsert"; readonly revision: number; readonly pipeline: StoredPipeline }
  | { readonly kind: "delete"; readonly revision: number; readonly pipeline: PipelineSnapshot }
  | { readonly kind: "bookmark"; readonly revision: number };

/**
 * As watchClusters. It is simpler: an event of a pipeline has all of it as it was committed, and every change of it has one, so
 * the log alone says how each is.
 */
export async function* watchPipelines(deps: WatchPipelinesDeps, scope: Scope, start: Start, signal: AbortSignal): AsyncGenerator<PipelineNews> {
  using used = await deps.tails.use(scope.project);
  const cursor = await cursorOf(deps, scope.project, start);
  const begin = { from: cursor, isAtEnd: cursor >= used.tail.head };
  /** What was shown first may be newer than the cursor: the log catches up with it. */
  const ahead = new Map<Uid, number>();
  if (start.kind === "initial") {
    for await (const pipeline of present(deps, scope)) {
      ahead.set(pipeline.uid, pipeline.revision);
      yield { kind: "upsert", revision: 0, pipeline };
    }
    yield { kind: "bookmark", revision: cursor };
  }
  for await (const page of pagesAfter(deps, used.tail, begin, signal)) {
    if (page.isBookmark) {
      yield { kind: "bookmark", revision: page.upTo };
      continue;
    }
    const news = newsIn(page.events, scope, ahead);
    page.quiet = news.length === 0;
    yield* news;
  }
}

async function* present({ store }: WatchPipelinesDeps, { project, subject }: Scope): AsyncGenerator<StoredPipeline> {
  if (subject !== undefined) {
    const pipeline = await store.findPipeline(project, subject.split("/").at(-1) ?? "");
    if (pipeline) yield pipeline;
    return;
  }
  for (let after: readonly string[] | undefined; ; ) {
    const page = await store.listPipelines({ project, after, limit: pageSizes.most / 5 });
    yield* page.pipelines;
    if (page.next === undefined) return;
    after = page.next;
  }
}

/** The last of each pipeline, in order of revision. */
function newsIn(events: readonly StoredEvent[], { subject }: Scope, ahead: ReadonlyMap<Uid, number>): readonly PipelineNews[] {
  const last = new Map<Uid, StoredEvent>();
  for (const event of events) {
    if (event.kind !== "pipeline" || (subject !== undefined && event.subject !== subject) || event.revision <= (ahead.get(event.uid) ?? 0)) continue;
    last.delete(event.uid);
    last.set(event.uid, event);
  }
  return [...last.values()].flatMap(({ type, revision, data }): readonly PipelineNews[] => {
    if (!("pipeline" in data)) return [];
    return [type === "pipeline.deleted" ? { kind: "delete", revision, pipeline: data.pipeline } : { kind: "upsert", revision, pipeline: { ...data.pipeline, revision } }];
  });
}
