import { Failure } from "@troupe/domain/failure";
import { clusterResource } from "../clusters/cluster-event.ts";
import type { ClusterSnapshot, Mutation, Store, StoredCluster } from "../store.ts";
import { pipelineResource } from "./pipeline-event.ts";
import { noteOf, statusWrite } from "./pipeline-status.ts";
import type { StoredPipeline } from "./pipeline.ts";

/** The pipeline that a cluster is part of; undefined: of none. */
export async function pipelineOf(store: Pick<Store, "pipelinesByUid">, cluster: Pick<StoredCluster, "pipeline"> | undefined): Promise<StoredPipeline | undefined> {
  const [pipeline] = cluster?.pipeline ? await store.pipelinesByUid([cluster.pipeline.uid]) : [];
  return pipeline;
}

/** Whoever is to go with its pipeline, or because its pipeline no longer has it, goes whatever is made of it until then. */
export function refuseLeaving(cluster: StoredCluster | undefined, pipeline: StoredPipeline | undefined): void {
  if (!cluster?.pipeline || !pipeline) return;
  const resource = clusterResource(cluster);
  if (pipeline.intent.kind === "delete") throw new Failure("conflict", `${resource} is deleted with ${pipelineResource(pipeline)}`, { reason: "PIPELINE_DELETING", facts: { resource: pipelineResource(pipeline) } });
  if (Object.hasOwn(pipeline.spec.clusters, cluster.pipeline.key)) return;
  throw new Failure("conflict", `${resource} is no longer in ${pipelineResource(pipeline)}, and is deleted as soon as nothing needs it`, { reason: "CLUSTER_DELETING", facts: { resource } });
}

/**
 * What a change of one cluster on its own is to its pipeline: its status, where that is another one then; else only that nobody
 * has changed the pipeline meanwhile, for it may be on its way out by now.
 */
export function withPipeline(mutation: Mutation, pipeline: StoredPipeline | undefined, after: ClusterSnapshot): Mutation {
  if (!pipeline || !after.pipeline) return mutation;
  const { key } = after.pipeline;
  const write = statusWrite(pipeline, { ...pipeline.status.clusters, [key]: noteOf(pipeline, key, after) });
  if (write) return { ...mutation, writes: [...mutation.writes, write] };
  return { ...mutation, pipeline: { uid: pipeline.uid, revision: pipeline.revision } };
}
