import type { DesiredCluster } from "../plan/desired.ts";
import { isAboutVolumes } from "./member-status.ts";
import { isReady, podOf, stayingMembers, withRole } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord, RoleRecord } from "./record.ts";

/**
 * Roles whose members start all or none: while one finds no place, the others hold theirs for nothing, and two such clusters
 * could wait for one another for ever. So after a while all give up what they have, wait, and try again.
 */

/** Long enough for nodes to be added for a pod that waits. */
const patienceMs = 120_000;
const firstPauseMs = 30_000;
const longestPauseMs = 600_000;

export function noteGang(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const before = record.roles[role];
  if (!cluster.roles[role]?.defined.gang || before === undefined || before.formed) return record;
  const { gang } = before;
  if (gang === undefined) return isStuck(cluster, record, role, observed) ? withRole(record, role, { gang: { sinceMs: nowMs, tries: 1 } }) : record;
  if (nowMs >= triesAgainAt(gang)) return withRole(record, role, { gang: { sinceMs: nowMs, tries: gang.tries + 1 } });
  // Somebody made room in time.
  const isPatient = nowMs < gang.sinceMs + patienceMs;
  return isPatient && !isStuck(cluster, record, role, observed) && hasAll(cluster, record, role, observed) ? withRole(record, role, { gang: undefined }) : record;
}

/** Its members have given up their places for a while. */
export function isHeldBack({ gang }: RoleRecord, nowMs: number): boolean {
  return gang !== undefined && nowMs >= gang.sinceMs + patienceMs && nowMs < triesAgainAt(gang);
}

/** When that ends, or begins; undefined where no time is waited for. */
export function gangLooksAt({ gang }: RoleRecord, nowMs: number): number | undefined {
  if (gang === undefined) return undefined;
  return nowMs < gang.sinceMs + patienceMs ? gang.sinceMs + patienceMs : triesAgainAt(gang);
}

function triesAgainAt({ sinceMs, tries }: NonNullable<RoleRecord["gang"]>): number {
  return sinceMs + patienceMs + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(10, tries - 1));
}

function podsIn(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster) {
  return stayingMembers(record, role).map(({ index }) => podOf(cluster, role, index, observed));
}

function isStuck(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  return podsIn(cluster, record, role, observed).some((pod) => pod?.trouble?.reason === "Unschedulable" && !isAboutVolumes(pod.trouble));
}

function hasAll(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  return podsIn(cluster, record, role, observed).every((pod) => pod !== undefined && (pod.scheduled || isReady(pod)));
}
