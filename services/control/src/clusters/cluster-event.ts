import type { LifecycleEvent } from "@troupe/domain/life/events";
import type { ClusterSnapshot, NewEvent } from "../store.ts";

/** What happened to a cluster, with the cluster as it is after it: without members, of which there may be a thousand. */
export function clusterEvent(cluster: ClusterSnapshot, { type, data }: LifecycleEvent): NewEvent {
  return { type, kind: "cluster", uid: cluster.uid, subject: clusterResource(cluster), generation: cluster.generation, data: { cluster: snapshotOf(cluster), change: data } };
}

export function clusterResource({ project, name }: Pick<ClusterSnapshot, "project" | "name">): string {
  return `projects/${project}/clusters/${name}`;
}

/** Field by field: a stored cluster has more than belongs into an event. */
export function snapshotOf(cluster: ClusterSnapshot): ClusterSnapshot {
  const { uid, project, name, target, namespace, labels, annotations, generation, edition, createTime, updateTime, deleteTime, creator, pipeline, intent, app, spec, continued, status } = cluster;
  return { uid, project, name, target, namespace, labels, annotations, generation, edition, createTime, updateTime, deleteTime, creator, pipeline, intent, app, spec, continued, status: status && { ...status, members: [] } };
}
