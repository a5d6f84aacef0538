import { Failure } from "@troupe/domain/failure";
import { watchPipelines, type WatchPipelinesDeps } from "../events/watch-pipelines.ts";
import { pipelineNotFound, pipelineResource } from "./pipeline-event.ts";
import { isSettled } from "./pipeline-status.ts";
import type { StoredPipeline } from "./pipeline.ts";

export interface WaitForPipeline {
  readonly project: string;
  readonly name: string;
  readonly until: "ready" | "deleted";
  readonly timeoutMs: number;
  /** Only the status of this generation or a later one counts; 0: the present one. */
  readonly generation: number;
}

export interface PipelineWaited {
  readonly done: boolean;
  readonly pipeline: StoredPipeline | undefined;
}

/** Answers when it is so, or at the timeout with the present state. */
export async function waitForPipeline(deps: WatchPipelinesDeps, { project, name, until, timeoutMs, generation }: WaitForPipeline, signal: AbortSignal): Promise<PipelineWaited> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const subject = pipelineResource({ project, name });
  let pipeline: StoredPipeline | undefined;
  try {
    for await (const news of watchPipelines(deps, { project, subject }, { kind: "initial" }, AbortSignal.any([signal, timeout]))) {
      if (news.kind === "upsert") pipeline = news.pipeline;
      if (news.kind === "delete") pipeline = undefined;
      if (until === "ready" && !pipeline) throw notThere(subject, news.kind === "delete");
      if (until === "deleted" ? !pipeline : pipeline && isReady(pipeline, generation)) return { done: true, pipeline };
    }
  } catch (error) {
    if (!timeout.aborted || signal.aborted) throw error;
  }
  return { done: false, pipeline };
}

/** What its clusters said of earlier specs does not count. */
function isReady(pipeline: StoredPipeline, generation: number): boolean {
  const { state } = pipeline.status;
  return pipeline.generation >= generation && isSettled(pipeline) && (state === "ready" || state === "completed");
}

function notThere(resource: string, wasDeleted: boolean): Failure {
  return wasDeleted ? new Failure("not_found", `${resource} was deleted while it was awaited`, { reason: "PIPELINE_NOT_FOUND", facts: { resource } }) : pipelineNotFound(resource);
}
