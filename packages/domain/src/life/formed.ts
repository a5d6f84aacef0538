import type { DesiredCluster } from "../plan/desired.ts";
import { dueBeforeCounting, hooksInEachPod } from "./hooks-due.ts";
import { isLost, type Member, membersOf, podOf, rolesOf, stayingMembers, withMembers, withRole } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord, MemberRecord } from "./record.ts";
import { stateOf } from "./transitions.ts";

/**
 * Writes down who has come to count. The first set of a role counts from the beginning, so it is noted once, when all of it
 * is in: one write a level of `after`, however many members. A later member is noted when it is in.
 */
export function noteFormed(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const noted = rolesOf(cluster).reduce((before, role) => noteRole(cluster, before, role.name, observed, nowMs), record);
  const formed = rolesOf(cluster).every(({ name, count }) => count === 0 || noted.roles[name]?.formed === true);
  return formed && !noted.formed ? { ...noted, formed } : noted;
}

function noteRole(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const before = record.roles[role];
  if (before === undefined) return record;
  const isIn = (member: Member): boolean => {
    if (member.record.state === "in" || member.record.state === "done") return true;
    const defined = cluster.roles[role]?.defined;
    const isTold = defined === undefined || dueBeforeCounting(defined, before, member).length === 0;
    return isTold && stateOf(member, podOf(cluster, role, member.index, observed), isLost(member, observed)) === "in";
  };
  const arrived = membersOf(record, role).filter((member) => member.record.state === "planned" && isIn(member));
  // Whoever is on the way out is not waited for.
  const staying = stayingMembers(record, role);
  const isForming = !before.formed && staying.length > 0 && staying.every(isIn);
  if (arrived.length === 0 ? !isForming : !before.formed && !isForming) return record;
  const noted = withMembers(record, role, Object.fromEntries(arrived.map((member) => [String(member.index), counted(cluster, role, member, observed, nowMs)])));
  return isForming ? withRole(noted, role, { formed: true }) : noted;
}

/** From here on its pods are made anew to rejoin. */
function counted(cluster: DesiredCluster, role: string, { index, record }: Member, observed: ObservedCluster, nowMs: number): MemberRecord {
  const defined = cluster.roles[role]?.defined;
  const pod = podOf(cluster, role, index, observed);
  const firstPod = defined && pod && hooksInEachPod(defined).length > 0 ? { firstPod: pod.uid } : {};
  return { ...record, state: "in", start: "rejoin", since: nowMs, unmade: [], ...firstPod };
}
