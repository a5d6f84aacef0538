import type { DesiredCluster } from "../plan/desired.ts";
import { membersOf } from "./members.ts";
import type { ObservedCluster, ObservedObject, ObservedPod } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import type { Step, StepMember } from "./step.ts";

/**
 * Pods first, roles in reverse of `after`, all members of a role at once; then everything else that is not kept; the record
 * last. Never blocked by a cluster that never formed, or that has no record.
 */
export function decideDeletion(cluster: DesiredCluster, record: ClusterRecord | undefined, observed: ObservedCluster): Step {
  const pods = Object.values(observed.pods);
  if (pods.length > 0) {
    return { phase: "stopping", record, members: stillRunning(cluster, record, pods), waits: [{ what: "pods", reason: "WaitingForPods", message: `${pods.length} still to go` }] };
  }
  const left = observed.objects.filter((object) => !isKept(cluster, object));
  if (left.length > 0) return { phase: "clearing", record, members: [], waits: [{ what: "objects", reason: "Deleting", message: `${left.length} still to go` }] };
  return { phase: "gone", record: undefined, members: [], waits: [] };
}

/** Members of roles that others still running come after. */
function stillRunning(cluster: DesiredCluster, record: ClusterRecord | undefined, pods: readonly ObservedPod[]): readonly StepMember[] {
  if (record === undefined) return [];
  const running = new Set(pods.map(({ role }) => role));
  const neededBy = (role: string): boolean => Object.values(cluster.roles).some(({ name, defined }) => running.has(name) && defined.after.includes(role));
  return Object.keys(cluster.roles)
    .filter((role) => running.has(role) && neededBy(role))
    .flatMap((role) => membersOf(record, role).map(({ index, record: member }) => ({ role, index, record: member })))
    .filter(({ role, index }) => pods.some((pod) => pod.role === role && pod.index === index && !pod.deleting));
}

/** What a deletion leaves: the record, which goes last, and data unless it was asked for by name. */
export function isKept({ intent }: DesiredCluster, { kind }: Pick<ObservedObject, "kind">): boolean {
  if (kind === "ClusterRecord") return true;
  const isData = kind === "PersistentVolumeClaim" || kind === "Secret";
  return isData && !(intent.kind === "delete" && intent.deleteVolumes);
}
