import type { DesiredCluster } from "../plan/desired.ts";
import { annotation, label } from "../render/identity.ts";
import { lifeOfPod } from "./lives.ts";
import type { ObservedCluster, ObservedObject, ObservedPod } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import type { Step, StepMember } from "./step.ts";
import { rolesBefore } from "./stopped.ts";

type Deletion = Pick<Step, "phase" | "record" | "members" | "waits">;

/**
 * Pods first, roles in reverse of `after`, all members of a role at once; then everything else that is not kept; the record
 * last. Never blocked by a cluster that never formed, or that has no record: who is there is read off the pods.
 */
export function decideDeletion(cluster: DesiredCluster, record: ClusterRecord | undefined, observed: ObservedCluster, nowMs: number): Deletion {
  const pods = Object.values(observed.pods);
  if (pods.length > 0) {
    return { phase: "stopping", record, members: stillRunning(cluster, pods, observed, nowMs), waits: [{ what: "pods", reason: "WaitingForPods", message: `${pods.length} still to go` }] };
  }
  const left = observed.objects.filter((object) => !isKept(cluster, object));
  if (left.length > 0) return { phase: "clearing", record, members: [], waits: [{ what: "objects", reason: "Deleting", message: `${left.length} still to go` }] };
  return { phase: "gone", record: undefined, members: [], waits: [] };
}

/** Members of roles that others still running come after. */
function stillRunning(cluster: DesiredCluster, pods: readonly ObservedPod[], observed: ObservedCluster, nowMs: number): readonly StepMember[] {
  const running = new Set(pods.map(({ role }) => role));
  const needed = new Set(rolesBefore(cluster, running));
  return pods.filter(({ role, deleting }) => needed.has(role) && !deleting).map((pod) => ({ role: pod.role, index: pod.index, record: lifeOfPod(cluster, pod, observed, nowMs), isThere: true }));
}

/** What a deletion leaves: the record, which goes last, and data unless it was asked for by name or goes with its member. */
export function isKept(cluster: DesiredCluster, object: Pick<ObservedObject, "kind" | "labels" | "annotations">): boolean {
  const { intent } = cluster;
  if (object.kind === "ClusterRecord") return true;
  if (object.kind !== "PersistentVolumeClaim" && object.kind !== "Secret") return false;
  return !(intent.kind === "delete" && intent.deleteVolumes) && !goesWithMember(cluster, object);
}

/**
 * A volume that is deleted with its member: the definition says so now, and said so when the claim was last written, so that
 * no change of a definition reaches what earlier members left.
 */
export function goesWithMember({ roles }: DesiredCluster, { kind, labels, annotations }: Pick<ObservedObject, "kind" | "labels" | "annotations">): boolean {
  const { [label.role]: role = "", [label.volume]: volume = "" } = labels;
  return kind === "PersistentVolumeClaim" && annotations[annotation.keep] === "member" && roles[role]?.volumes[volume]?.keep === "member";
}
