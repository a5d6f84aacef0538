import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { firstIndices } from "./first-record.ts";
import { newLife } from "./lives.ts";
import { type Member, membersOf, podOf, rolesOf, stayingMembers, withMembers, withRole } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord, MemberRecord, StartMode } from "./record.ts";
import { isUpdating } from "./updating.ts";

/** Plans members that are missing, marks those that are too many, and forgets those whose pods are gone. */
export function adjustMembers(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const named = new Set([...Object.keys(record.members), ...Object.keys(cluster.roles)]);
  const adjusted = [...named].reduce((before, role) => adjustRole(cluster, before, role, observed, nowMs), record);
  return rolesOf(cluster).reduce((before, role) => planNewRole(cluster, before, role, observed, nowMs), adjusted);
}

function adjustRole(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const forgotten = forgetGone(cluster, record, role, observed);
  const desired = cluster.roles[role];
  const surplus = stayingMembers(forgotten, role).length - (desired?.count ?? 0);
  if (surplus > 0) return beginRemoval(cluster, markLeaving(forgotten, role, surplus, nowMs), role, observed, nowMs);
  if (desired === undefined || forgotten.roles[role] === undefined) return beginRemoval(cluster, forgotten, role, observed, nowMs);
  const kept = surplus < 0 ? keepLeaving(forgotten, role, -surplus) : forgotten;
  const removed = beginRemoval(cluster, kept, role, observed, nowMs);
  const missing = desired.count - stayingMembers(removed, role).length;
  return missing > 0 ? planJoining(cluster, removed, desired, missing, observed, nowMs) : removed;
}

/** A role that this cluster did not have: its first set is planned as at creation. */
function planNewRole(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster, nowMs: number): ClusterRecord {
  if (record.roles[role.name] !== undefined) return record;
  const firstSet = firstIndices(role);
  const lives = Object.fromEntries(firstSet.map((index) => [String(index), newLife(cluster, role, index, "bootstrap", record, observed, nowMs)]));
  return withRole(withMembers(record, role.name, lives), role.name, { firstSet, formed: false, nextLife: {} });
}

/** All targets at once, highest index first, so that everyone sees who is about to go. */
function markLeaving(record: ClusterRecord, role: string, surplus: number, nowMs: number): ClusterRecord {
  const targets = stayingMembers(record, role).slice(-surplus);
  return withMembers(record, role, change(targets, (member) => ({ ...member, leaving: true, since: nowMs })));
}

/** The count went up again: whoever has not begun to go stays, lowest index first. */
function keepLeaving(record: ClusterRecord, role: string, missing: number): ClusterRecord {
  const staying = membersOf(record, role).filter(({ record: member }) => member.leaving && member.state !== "gone").slice(0, missing);
  return staying.length === 0 ? record : withMembers(record, role, change(staying, (member) => ({ ...member, leaving: false })));
}

/** `gone` is written before the pod is deleted. One at a time where the role joins and leaves serially. */
function beginRemoval(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const members = membersOf(record, role);
  const waiting = members.filter(({ record: member }) => member.leaving && member.state !== "gone");
  const busy = members.some(({ record: member }) => member.state === "gone") || isUpdating(cluster, record, role, observed);
  const serial = cluster.roles[role]?.defined.join === "serial";
  const next = serial ? (busy ? [] : waiting.slice(-1)) : waiting;
  return next.length === 0 ? record : withMembers(record, role, change(next, (member) => ({ ...member, state: "gone", since: nowMs })));
}

/** Once its pod is gone; the life goes on counting, so that its volume is never attached again by accident. */
function forgetGone(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): ClusterRecord {
  const gone = membersOf(record, role).filter(({ index, record: member }) => member.state === "gone" && podOf(cluster, role, index, observed) === undefined);
  if (gone.length === 0) return record;
  const nextLife = { ...record.roles[role]?.nextLife, ...Object.fromEntries(gone.map(({ index, record: { life } }) => [String(index), life + 1])) };
  const without = withMembers(record, role, Object.fromEntries(gone.map(({ index }) => [String(index), undefined])));
  return withRole(without, role, { nextLife });
}

function planJoining(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, missing: number, observed: ObservedCluster, nowMs: number): ClusterRecord {
  if (!mayJoin(cluster, record, role, observed)) return record;
  const taken = new Set(membersOf(record, role.name).map(({ index }) => index));
  const free = lowestFree(taken, role.defined.join === "serial" ? 1 : missing);
  const start: StartMode = "join";
  return withMembers(record, role.name, Object.fromEntries(free.map((index) => [String(index), newLife(cluster, role, index, start, record, observed, nowMs)])));
}

/** After the first set has formed, not in the middle of an update, and one after another where the role says so. */
function mayJoin(cluster: DesiredCluster, record: ClusterRecord, { name, defined }: DesiredRole, observed: ObservedCluster): boolean {
  if (record.roles[name]?.formed !== true || isUpdating(cluster, record, name, observed)) return false;
  return defined.join === "parallel" || membersOf(record, name).every(({ record: member }) => member.state === "in");
}

function lowestFree(taken: ReadonlySet<number>, count: number): readonly number[] {
  const free: number[] = [];
  for (let index = 0; free.length < count; index += 1) if (!taken.has(index)) free.push(index);
  return free;
}

function change(members: readonly Member[], make: (member: MemberRecord) => MemberRecord): Readonly<Record<string, MemberRecord>> {
  return Object.fromEntries(members.map(({ index, record }) => [String(index), make(record)]));
}
