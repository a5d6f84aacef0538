import { Failure } from "@troupe/domain/failure";
import type { LifecycleEvent } from "@troupe/domain/life/events";
import type { NewEvent } from "../store.ts";
import type { PipelineSnapshot } from "./pipeline.ts";

/** What happened to a pipeline, with the pipeline as it is after it. */
export function pipelineEvent(pipeline: PipelineSnapshot, { type, data }: LifecycleEvent): NewEvent {
  return { type, kind: "pipeline", uid: pipeline.uid, subject: pipelineResource(pipeline), generation: pipeline.generation, data: { pipeline: pipelineSnapshotOf(pipeline), change: data } };
}

export function pipelineResource({ project, name }: Pick<PipelineSnapshot, "project" | "name">): string {
  return `projects/${project}/pipelines/${name}`;
}

/** Field by field: a stored pipeline has more than belongs into an event. */
export function pipelineSnapshotOf(pipeline: PipelineSnapshot): PipelineSnapshot {
  const { uid, project, name, labels, annotations, generation, edition, createTime, updateTime, deleteTime, creator, intent, spec, status } = pipeline;
  return { uid, project, name, labels, annotations, generation, edition, createTime, updateTime, deleteTime, creator, intent, spec, status };
}

/** Throws stale when the caller decided on another edition than the present one. */
export function refuseStalePipeline(pipeline: PipelineSnapshot, etag: string): void {
  if (etag === "" || etag === pipelineEtagOf(pipeline)) return;
  const resource = pipelineResource(pipeline);
  throw new Failure("stale", `${resource} was changed: read it again`, { reason: "ETAG_STALE", facts: { resource, etag: pipelineEtagOf(pipeline) } });
}

/** Moves with every change that a user made; no two pipelines share one. */
export function pipelineEtagOf({ uid, edition }: Pick<PipelineSnapshot, "uid" | "edition">): string {
  return `${edition}-${uid.slice(-12)}`;
}

export function pipelineNotFound(resource: string): Failure {
  return new Failure("not_found", `${resource} does not exist`, { reason: "PIPELINE_NOT_FOUND", facts: { resource } });
}
