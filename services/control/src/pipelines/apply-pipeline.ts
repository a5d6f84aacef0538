import { Failure } from "@troupe/domain/failure";
import type { Caller } from "../caller.ts";
import { decideAgain } from "../decide-again.ts";
import { findFirst, newRequest, type RequestOnce } from "../request-once.ts";
import type { Store } from "../store.ts";
import { type AppliedPipeline, firstPipelineAnswer, leavePipelineAsItIs } from "./applied.ts";
import { decidePipeline, type DecidePipelineDeps, type PipelineWish } from "./decide-pipeline.ts";
import { pipelineNotFound, pipelineResource, refuseStalePipeline } from "./pipeline-event.ts";
import type { StoredPipeline } from "./pipeline.ts";

export interface ApplyPipelineDeps extends DecidePipelineDeps {
  readonly store: DecidePipelineDeps["store"] & Pick<Store, "findRequest" | "keepRequest" | "findPipeline" | "commit">;
}

export interface ApplyPipeline {
  /** create: it must not exist · update: it must · apply: either. */
  readonly mode: "create" | "update" | "apply";
  readonly wish: PipelineWish;
  /** Empty: whatever the present one is. */
  readonly etag: string;
  readonly request: RequestOnce | undefined;
  readonly validateOnly: boolean;
  /** For the audit. */
  readonly method: string;
}

/**
 * Creates or replaces a pipeline with all of its clusters as one mutation: all of it, or nothing. It returns before anything runs.
 * What is so already changes nothing at all.
 */
export function makeApplyPipeline(deps: ApplyPipelineDeps) {
  return async function applyPipeline(request: ApplyPipeline, caller: Caller): Promise<AppliedPipeline> {
    const { store, nowMs } = deps;
    const { project, name } = request.wish.pipeline;
    return decideAgain(async () => {
      const present = await store.findPipeline(project, name);
      // Last of all that is read, as where a cluster is applied.
      const first = await findFirst(store, project, caller, request.request);
      if (first) return firstPipelineAnswer(first);
      refusePresence(request, present);
      const decision = await decidePipeline(deps, request.wish, present, caller);
      if (!decision) return leavePipelineAsItIs(store, { project, present, caller, request: request.validateOnly ? undefined : request.request, time: new Date(nowMs()).toISOString() });
      const { after, plan, topology, writes } = decision;
      const applied = { pipeline: after, plan, created: !present };
      if (request.validateOnly) return { ...applied, revision: present?.revision ?? 0 };
      const { first: revision } = await store.commit({
        project,
        time: after.updateTime,
        actor: caller,
        topology,
        request: newRequest(caller, request.request, { pipelinePlan: plan, created: !present }),
        audit: { method: request.method, subject: pipelineResource(after), peer: caller.peer, change: plan.clusters.map(({ key, action, plan: { fields } }) => ({ key, action, fields: fields.map((field) => ({ ...field, before: field.before ?? null, after: field.after ?? null })) })) },
        writes,
      });
      return { ...applied, revision };
    });
  };
}

function refusePresence({ wish: { pipeline }, mode, etag }: ApplyPipeline, present: StoredPipeline | undefined): void {
  const resource = pipelineResource(pipeline);
  if (!present) {
    if (etag !== "" && mode === "apply") throw new Failure("stale", `${resource} does not exist any more`, { reason: "ETAG_STALE", facts: { resource } });
    if (mode === "update") throw pipelineNotFound(resource);
    return;
  }
  if (present.intent.kind === "delete") throw new Failure("conflict", `${resource} is being deleted: wait until it is gone`, { reason: "PIPELINE_DELETING", facts: { resource } });
  if (mode === "create") throw new Failure("already_exists", `${resource} exists already`, { reason: "PIPELINE_EXISTS", facts: { resource } });
  refuseStalePipeline(present, etag);
}
