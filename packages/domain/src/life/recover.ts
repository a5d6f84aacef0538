import { byName } from "../by-name.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { emptyRecord } from "./empty-record.ts";
import type { FirstRecord } from "./first-record.ts";
import { claimsSeen, lifeOfPod } from "./lives.ts";
import { rolesOf, withMembers, withRole } from "./members.ts";
import type { ObservedCluster, ObservedPod } from "./observed.ts";
import type { ClusterRecord, MemberRecord } from "./record.ts";

/**
 * The record of a formed cluster whose record is gone. What was last reported is the base; pods and claims correct it where
 * they were made after the report. Without a report pods tell enough only if all that are wanted are there.
 */
export function recoverRecord(cluster: DesiredCluster, observed: ObservedCluster, nowMs: number): FirstRecord {
  const base = cluster.lastRecord ? corrected(cluster, cluster.lastRecord, observed, nowMs) : recordOfPods(cluster, observed, nowMs);
  if (base) return { record: base, waits: [] };
  return { record: undefined, waits: [{ what: "record", reason: "RecordMissing", message: "the cluster has formed before, and neither its record nor a report of it is left" }] };
}

function corrected(cluster: DesiredCluster, reported: ClusterRecord, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const members = Object.entries(reported.members).map(([role, byIndex]) => [role, Object.fromEntries(Object.entries(byIndex).map(([index, member]) => [index, latest(cluster, member, role, Number(index), observed, nowMs)]))] as const);
  const record = { ...reported, uid: cluster.uid, members: byName(members) };
  return rolesOf(cluster).reduce((before, { name }) => withMembers(before, name, planned(cluster, before, podsOf(name, observed), observed, nowMs)), record);
}

/** A life that was begun after the last report; what its claims are called can be seen, or follows from it. */
function latest(cluster: DesiredCluster, member: MemberRecord, role: string, index: number, observed: ObservedCluster, nowMs: number): MemberRecord {
  const own = Object.values(observed.claims).filter((claim) => claim.role === role && claim.index === index && claim.life > member.life);
  const pod = podsOf(role, observed).find((each) => each.index === index);
  const life = Math.max(member.life, pod?.life ?? 0, ...own.map((claim) => claim.life));
  return life === member.life ? member : onTheWay(cluster, role, index, life, observed, nowMs);
}

/** Members that the report does not know: they were planned after it. */
function planned(cluster: DesiredCluster, { members }: ClusterRecord, pods: readonly ObservedPod[], observed: ObservedCluster, nowMs: number): Readonly<Record<string, MemberRecord>> {
  const unknown = pods.filter(({ role, index }) => members[role]?.[String(index)] === undefined);
  return Object.fromEntries(unknown.map(({ role, index, life }) => [String(index), onTheWay(cluster, role, index, life, observed, nowMs)]));
}

function onTheWay(cluster: DesiredCluster, role: string, index: number, life: number, observed: ObservedCluster, nowMs: number): MemberRecord {
  const claims = claimsSeen(cluster, role, index, life, observed);
  return { life, since: nowMs, state: "planned", start: "join", leaving: false, claims, unmade: Object.keys(claims) };
}

function recordOfPods(cluster: DesiredCluster, observed: ObservedCluster, nowMs: number): ClusterRecord | undefined {
  const isComplete = ({ name, count }: DesiredRole): boolean => Array.from({ length: count }, (_, index) => index).every((index) => podsOf(name, observed).some((pod) => pod.index === index));
  if (!rolesOf(cluster).every(isComplete)) return undefined;
  const formed: ClusterRecord = { ...emptyRecord(cluster), formed: true };
  return rolesOf(cluster).reduce((record, { name }) => {
    const pods = podsOf(name, observed);
    const members = Object.fromEntries(pods.map((pod) => [String(pod.index), lifeOfPod(cluster, pod, observed, nowMs)]));
    return withRole(withMembers(record, name, members), name, { firstSet: pods.map(({ index }) => index), formed: pods.length > 0 });
  }, formed);
}

function podsOf(role: string, { pods }: ObservedCluster): readonly ObservedPod[] {
  return Object.values(pods).filter((pod) => pod.role === role);
}
