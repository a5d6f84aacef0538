import { Failure } from "@troupe/domain/failure";
import { waitingNeeds } from "@troupe/domain/plan/needs";
import type { AppBook } from "../apps/app-book.ts";
import type { RequestOnce } from "../request-once.ts";
import type { ClusterSnapshot, StoredCluster, Topology } from "../store.ts";
import { clusterResource } from "./cluster-event.ts";
import type { PlanAnswer } from "./plan-answer.ts";
import { answerOf, presentPlanOf } from "./planning.ts";

/** What all deletions of clusters have in common, alone or with their pipeline. */

/** What is asked, of a cluster or a pipeline. */
export interface Deletion {
  readonly project: string;
  readonly name: string;
  readonly deleteVolumes: boolean;
  /** Its name, to delete volumes. */
  readonly confirm: string;
  readonly etag: string;
  readonly allowMissing: boolean;
  readonly request: RequestOnce | undefined;
  readonly validateOnly: boolean;
}

/** Data goes only by name. */
export function refuseUnconfirmed({ name, deleteVolumes, confirm }: Deletion, what: "cluster" | "pipeline"): void {
  if (!deleteVolumes || confirm === name) return;
  const message = confirm === "" ? `must be ${name}, the ${what}'s name, to delete its volumes` : `is "${confirm.slice(0, 60)}" and must be ${name} to delete its volumes`;
  throw new Failure("invalid", `confirm ${message}`, { reason: "CONFIRM_MISSING", problems: [{ path: "confirm", reason: "CONFIRM_MISSING", message, suggestion: name }] });
}

/** `edges`: of those who count. */
export function refuseNeeded(cluster: ClusterSnapshot, edges: Topology["edges"]): void {
  const resource = clusterResource(cluster);
  if (cluster.spec.protect) throw new Failure("conflict", `${resource} is protected: unset spec.protect first`, { reason: "CLUSTER_PROTECTED", facts: { resource } });
  const consumers = [...new Set(edges.flatMap(({ consumer, provider }) => (provider === cluster.name ? [consumer] : [])))].toSorted();
  if (consumers.length === 0) return;
  throw new Failure("conflict", `${resource} is needed by ${consumers.join(", ")}`, { reason: "CLUSTER_NEEDED", facts: { resource, consumers: consumers.join(",") } });
}

export async function deletionPlan(apps: AppBook, cluster: StoredCluster, deleteVolumes: boolean): Promise<PlanAnswer> {
  const { uid, project, name, labels, generation, spec, app: build } = cluster;
  // Nothing of a plan's members depends on what the slots are bound to.
  const desired = presentPlanOf({ uid, project, name, labels, generation, spec, build, app: await apps.appOf(build.digest), needs: waitingNeeds(spec, "") });
  return answerOf({ before: { spec, desired }, after: undefined, notes: [deleteVolumes ? "volumes and generated secrets are deleted too, for good" : "volumes and generated secrets are kept"] });
}
