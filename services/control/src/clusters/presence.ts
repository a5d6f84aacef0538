import { Failure } from "@troupe/domain/failure";
import type { ClusterSnapshot, StoredCluster } from "../store.ts";
import { clusterResource } from "./cluster-event.ts";

/** Refusals of what asks for a cluster that lives. */

export function refuseMissing(present: StoredCluster | undefined, resource: string): StoredCluster {
  if (!present) throw new Failure("not_found", `${resource} does not exist`, { reason: "CLUSTER_NOT_FOUND", facts: { resource } });
  return present;
}

export function refuseDeleting(cluster: ClusterSnapshot): void {
  const resource = clusterResource(cluster);
  if (cluster.intent.kind === "delete") throw new Failure("conflict", `${resource} is being deleted: wait until it is gone`, { reason: "CLUSTER_DELETING", facts: { resource } });
}
