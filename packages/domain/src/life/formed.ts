import type { DesiredCluster } from "../plan/desired.ts";
import { isReady, membersOf, podOf, rolesOf, withMembers, withRole } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord, MemberRecord } from "./record.ts";

/**
 * Writes down who has come to count. The first set of a role counts from the beginning, so it is noted once, when all of it
 * is ready: one write a level of `after`, however many members. A later member is noted when it is ready.
 */
export function noteFormed(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const noted = rolesOf(cluster).reduce((before, role) => noteRole(cluster, before, role.name, observed, nowMs), record);
  const formed = rolesOf(cluster).every(({ name }) => noted.roles[name]?.formed === true);
  return formed && !noted.formed ? { ...noted, formed } : noted;
}

function noteRole(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const before = record.roles[role];
  if (before === undefined) return record;
  const joining = membersOf(record, role).filter(({ record: member }) => member.state === "planned");
  const arrived = joining.filter(({ index }) => isReady(podOf(cluster, role, index, observed)));
  if (!before.formed && arrived.length < joining.length) return record;
  const formed = withMembers(record, role, Object.fromEntries(arrived.map(({ index, record: member }) => [String(index), counted(member, nowMs)])));
  if (!before.formed) return withRole(formed, role, { formed: true });
  return arrived.length === 0 ? record : formed;
}

/** From here on its pods are made anew to rejoin. */
function counted(member: MemberRecord, nowMs: number): MemberRecord {
  return { ...member, state: "in", start: "rejoin", since: nowMs };
}
