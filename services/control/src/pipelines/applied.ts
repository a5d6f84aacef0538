import { Failure } from "@troupe/domain/failure";
import type { Caller } from "../caller.ts";
import { newRequest, type RequestOnce } from "../request-once.ts";
import type { Store, StoredRequest } from "../store.ts";
import { pipelineSnapshotOf } from "./pipeline-event.ts";
import type { PipelineSnapshot, StoredPipeline } from "./pipeline.ts";
import { nothingHappens, type PipelinePlanAnswer } from "./plan-answer.ts";

/** The answer to every change of a pipeline. */
export interface AppliedPipeline {
  /** Undefined: there is none, and that was allowed. */
  readonly pipeline: PipelineSnapshot | undefined;
  readonly revision: number;
  readonly plan: PipelinePlanAnswer;
  readonly created: boolean;
}

/** As it was given, from what was kept of it. */
export function firstPipelineAnswer({ answer, event }: StoredRequest): AppliedPipeline {
  const { pipelinePlan: plan = nothingHappens, created = false, unchanged } = answer;
  if (unchanged) return { pipeline: unchanged.pipeline, revision: unchanged.revision, plan, created };
  if (!event || !("pipeline" in event.data)) throw new Failure("internal", "the first answer to a request is no longer there");
  return { pipeline: event.data.pipeline, revision: event.revision, plan, created };
}

interface Unasked {
  readonly project: string;
  readonly present: StoredPipeline | undefined;
  readonly caller: Caller;
  /** Undefined: nobody will ask for this answer again. */
  readonly request: RequestOnce | undefined;
  readonly time: string;
}

/** Everything is so already: as of a cluster, only the request's id is kept. */
export async function leavePipelineAsItIs(store: Pick<Store, "keepRequest">, { project, present, caller, request, time }: Unasked): Promise<AppliedPipeline> {
  const unchanged = { ...(present && { pipeline: pipelineSnapshotOf(present) }), revision: present?.revision ?? 0 };
  const kept = newRequest(caller, request, { pipelinePlan: nothingHappens, created: false, unchanged });
  if (kept) await store.keepRequest(project, kept, time);
  return { pipeline: unchanged.pipeline, revision: unchanged.revision, plan: nothingHappens, created: false };
}
