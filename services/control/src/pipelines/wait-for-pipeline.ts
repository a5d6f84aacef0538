import { Failure } from "@troupe/domain/failure";
import { type Awaited, awaitNews, type StateNews } from "../events/await-news.ts";
import { type PipelineNews, watchPipelines, type WatchPipelinesDeps } from "../events/watch-pipelines.ts";
import { pipelineNotFound, pipelineResource } from "./pipeline-event.ts";
import { isSettled } from "./pipeline-status.ts";
import type { StoredPipeline } from "./pipeline.ts";

export interface WaitForPipeline extends Awaited {
  readonly project: string;
  readonly name: string;
  /** Only the status of this generation or a later one counts; 0: the present one. */
  readonly generation: number;
}

export interface PipelineWaited {
  readonly done: boolean;
  readonly pipeline: StoredPipeline | undefined;
}

/** Answers when it is so, or at the timeout with the present state. */
export async function waitForPipeline(deps: WatchPipelinesDeps, { project, name, generation, ...awaited }: WaitForPipeline, signal: AbortSignal): Promise<PipelineWaited> {
  const subject = pipelineResource({ project, name });
  const { done, state: pipeline } = await awaitNews(
    (until) => statesOf(watchPipelines(deps, { project, subject }, { kind: "initial" }, until)),
    awaited,
    { isReady: (present) => isReady(present, generation), refuse: (wasDeleted) => notThere(subject, wasDeleted) },
    signal,
  );
  return { done, pipeline };
}

async function* statesOf(news: AsyncIterable<PipelineNews>): AsyncGenerator<StateNews<StoredPipeline>> {
  for await (const one of news) yield one.kind === "upsert" ? { kind: "upsert", state: one.pipeline } : { kind: one.kind };
}

/** What its clusters said of earlier specs does not count. */
function isReady(pipeline: StoredPipeline, generation: number): boolean {
  const { state } = pipeline.status;
  return pipeline.generation >= generation && isSettled(pipeline) && (state === "ready" || state === "completed");
}

function notThere(resource: string, wasDeleted: boolean): Failure {
  return wasDeleted ? new Failure("not_found", `${resource} was deleted while it was awaited`, { reason: "PIPELINE_NOT_FOUND", facts: { resource } }) : pipelineNotFound(resource);
}
