import type { DesiredCluster } from "../plan/desired.ts";
import { inputsOf } from "../render/inputs.ts";
import { isLost, isReady, isRoleReady, type Member, podOf, stayingMembers } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";

/** Which members must be made anew because a stable input changed, and which of them may go now. */

/** Its pod was made with other inputs than it would be now, or for a member that was there before it. */
export function isOutdated(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster): boolean {
  const { index, record } = member;
  const pod = podOf(cluster, role, index, observed);
  // A pod that has lost its volume would not come back.
  return pod !== undefined && !isLost(member, observed) && (pod.inputs !== inputsOf(cluster, role, index) || pod.life !== record.life);
}

/** Some member of the role still has to be made anew. */
export function isUpdating(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  return role in cluster.roles && stayingMembers(record, role).some((member) => isOutdated(cluster, role, member, observed));
}

/**
 * Indices of members whose pods go now. Those that are not ready go at once, outside the budget and without waiting for one
 * another, so that a change which mends a broken one is never blocked by it; then the others, highest index first, as long
 * as no more than `maxUnavailable` members are not ready for whatever reason.
 */
export function restartsNow(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): ReadonlySet<number> {
  const staying = stayingMembers(record, role);
  const outdated = staying.filter((member) => isOutdated(cluster, role, member, observed));
  if (outdated.length === 0) return new Set();
  const ready = (member: Member): boolean => isReady(podOf(cluster, role, member.index, observed));
  const broken = outdated.filter((member) => !ready(member));
  const healthy = outdated.filter(ready).reverse();
  const unavailable = staying.filter((member) => !ready(member)).length;
  const budget = isTurnOf(cluster, record, role, observed) ? Math.max(0, maxUnavailable(cluster, role) - unavailable) : 0;
  return new Set([...broken, ...healthy.slice(0, budget)].map(({ index }) => index));
}

/** Roles are updated in the order of their starts: once those before are updated and ready. */
function isTurnOf(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  const after = cluster.roles[role]?.defined.after ?? [];
  return after.filter((each) => each in cluster.roles).every((each) => !isUpdating(cluster, record, each, observed) && isRoleReady(cluster, record, each, observed));
}

function maxUnavailable(cluster: DesiredCluster, role: string): number {
  return cluster.roles[role]?.defined.update.maxUnavailable ?? 1;
}
