import { Failure } from "@troupe/domain/failure";
import type { ClusterSnapshot } from "../store.ts";
import { clusterResource } from "./cluster-event.ts";

/** Moves with every change that a user made; no two clusters share one. */
export function etagOf({ uid, edition }: Pick<ClusterSnapshot, "uid" | "edition">): string {
  return `${edition}-${uid.slice(-12)}`;
}

/** Throws stale when the caller decided on another edition than the present one. */
export function refuseStale(cluster: ClusterSnapshot, etag: string): void {
  if (etag === "" || etag === etagOf(cluster)) return;
  const resource = clusterResource(cluster);
  throw new Failure("stale", `${resource} was changed: read it again`, { reason: "ETAG_STALE", facts: { resource, etag: etagOf(cluster) } });
}
