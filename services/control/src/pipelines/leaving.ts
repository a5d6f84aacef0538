import type { ClusterSnapshot, StoredCluster, Topology, Write } from "../store.ts";
import { clusterEvent, snapshotOf } from "../clusters/cluster-event.ts";
import type { PipelineSnapshot } from "./pipeline.ts";

/**
 * Clusters whose turn it is to go: the pipeline is deleted or no longer has them, and nothing needs them that is to go too and still
 * lives. So what is needed goes last, one after another, however often and by whomever this is asked. Whoever stays was asked when
 * it was decided that they go.
 */
export function nextToLeave(pipeline: Pick<PipelineSnapshot, "spec" | "intent">, living: readonly StoredCluster[], { edges }: Pick<Topology, "edges">): readonly StoredCluster[] {
  const leaving = leavingOf(pipeline, living);
  const names = new Set(leaving.map(({ name }) => name));
  const needed = new Set(edges.filter(({ consumer }) => names.has(consumer)).map(({ provider }) => provider));
  return leaving.filter(({ name, intent }) => !needed.has(name) && !isAsAsked(intent, pipeline.intent));
}

export function leavingOf(pipeline: Pick<PipelineSnapshot, "spec" | "intent">, living: readonly StoredCluster[]): readonly StoredCluster[] {
  return pipeline.intent.kind === "delete" ? living : living.filter(({ pipeline: part }) => part !== undefined && !Object.hasOwn(pipeline.spec.clusters, part.key));
}

/** That volumes go too can still be added, never taken back. */
function isAsAsked(intent: ClusterSnapshot["intent"], wanted: PipelineSnapshot["intent"]): boolean {
  return intent.kind === "delete" && (intent.deleteVolumes || wanted.kind === "run" || !wanted.deleteVolumes);
}

/** The intent to go, for one of them; `as`: how it is by then. */
export function leave(pipeline: Pick<PipelineSnapshot, "intent">, cluster: StoredCluster, time: string, as: ClusterSnapshot = cluster): { readonly after: ClusterSnapshot; readonly write: Write } {
  const deleteVolumes = pipeline.intent.kind === "delete" && pipeline.intent.deleteVolumes;
  const after: ClusterSnapshot = { ...snapshotOf(as), intent: { kind: "delete", deleteVolumes }, edition: cluster.edition + 1, updateTime: time, deleteTime: cluster.deleteTime ?? time };
  return { after, write: { kind: "delete", uid: cluster.uid, expect: { edition: cluster.edition }, deleteVolumes, event: clusterEvent(after, { type: "cluster.deleting", data: { deleteVolumes } }) } };
}
