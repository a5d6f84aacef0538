import { byName } from "../by-name.ts";
import { memberName } from "../render/identity.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import type { ObservedCluster, ObservedPod } from "./observed.ts";
import type { ClusterRecord, MemberRecord, RoleRecord } from "./record.ts";

/** Ways to look at a record's members. */

export interface Member {
  readonly index: number;
  readonly record: MemberRecord;
}

/** In order of index. */
export function membersOf(record: ClusterRecord, role: string): readonly Member[] {
  return Object.entries(record.members[role] ?? {})
    .map(([index, member]) => ({ index: Number(index), record: member }))
    .sort((a, b) => a.index - b.index);
}

/** Those that are to stay: neither gone nor about to go. */
export function stayingMembers(record: ClusterRecord, role: string): readonly Member[] {
  return membersOf(record, role).filter(({ record: member }) => member.state !== "gone" && !member.leaving);
}

/** app-model.md section 1: the first set from the beginning, any other once it is in, each until its removal is done. */
export function doesCount(role: RoleRecord | undefined, { index, record }: Member): boolean {
  return record.state === "in" || record.state === "done" || (record.state === "planned" && role?.firstSet.includes(index) === true);
}

export function podOf(cluster: DesiredCluster, role: string, index: number, observed: ObservedCluster): ObservedPod | undefined {
  return observed.pods[memberName(cluster, role, index)];
}

export function isReady(pod: ObservedPod | undefined): boolean {
  return pod?.ready === true && !pod.deleting;
}

/** It does what it should: is ready, or has run to its end. */
export function isUp(cluster: DesiredCluster, role: string, { index, record }: Member, observed: ObservedCluster): boolean {
  return record.state === "done" || isReady(podOf(cluster, role, index, observed));
}

/** Every wanted member of the role is there and ready. Lost ones are not waited for: only a person brings them back. */
export function isRoleReady(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  return stayingMembers(record, role).length >= (cluster.roles[role]?.count ?? 0) && areAllUp(cluster, record, role, observed);
}

/** Every member that is there and stays, however many are wanted. */
export function areAllUp(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  return stayingMembers(record, role).every((member) => isUp(cluster, role, member, observed) || isLost(member, observed));
}

/**
 * Never concluded from silence: the claim itself says that its volume is gone, or a claim that was there is no more. Another one
 * in its place would be empty, and its member would rejoin without what it has promised to keep.
 */
export function isLost({ record }: Member, { claims }: Pick<ObservedCluster, "claims">): boolean {
  return Object.entries(record.claims).some(([volume, name]) => claims[name]?.phase === "Lost" || (record.state === "in" && claims[name] === undefined && !record.unmade.includes(volume)));
}

export function rolesOf(cluster: DesiredCluster): readonly DesiredRole[] {
  return Object.values(cluster.roles);
}

export function withMembers(record: ClusterRecord, role: string, change: Readonly<Record<string, MemberRecord | undefined>>): ClusterRecord {
  const merged = Object.entries({ ...record.members[role], ...change }).filter((entry): entry is [string, MemberRecord] => entry[1] !== undefined);
  return { ...record, members: byName([...Object.entries(record.members), [role, byName(merged)]]) };
}

export function withRole(record: ClusterRecord, role: string, change: Partial<RoleRecord>): ClusterRecord {
  const before = record.roles[role] ?? { firstSet: [], formed: false, nextLife: {} };
  return { ...record, roles: byName([...Object.entries(record.roles), [role, { ...before, ...change }]]) };
}
