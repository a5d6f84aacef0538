import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { planFirstSet } from "./first-record.ts";
import { dueAfterRemoval, dueBeforeRemoval, waitsForPerson } from "./hooks-due.ts";
import { newLife } from "./lives.ts";
import { isLost, type Member, membersOf, podOf, rolesOf, stayingMembers, withMembers, withRole } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord, MemberRecord } from "./record.ts";
import { isUpdating } from "./updating.ts";

/** Plans members that are missing, marks those that are too many, and forgets those whose pods are gone. */
export function adjustMembers(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const dropped = Object.keys(record.members).filter((role) => !(role in cluster.roles));
  const shrunk = dropped.reduce((before, role) => shrink(cluster, forgetGone(cluster, before, role, observed), role, 0, observed, nowMs), record);
  return rolesOf(cluster).reduce((before, role) => adjustRole(cluster, forgetGone(cluster, before, role.name, observed), role, observed, nowMs), shrunk);
}

function adjustRole(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster, nowMs: number): ClusterRecord {
  if (membersOf(record, role.name).length === 0 && (role.count > 0 || record.roles[role.name] === undefined)) return planFirstSet(cluster, record, role, observed, nowMs);
  const missing = role.count - stayingMembers(record, role.name).length;
  const kept = missing > 0 ? keepLeaving(record, role.name, missing) : record;
  const shrunk = shrink(cluster, kept, role.name, role.count, observed, nowMs);
  return planJoining(cluster, shrunk, role, observed, nowMs);
}

function shrink(cluster: DesiredCluster, record: ClusterRecord, role: string, count: number, observed: ObservedCluster, nowMs: number): ClusterRecord {
  return beginRemoval(cluster, markLeaving(record, role, count, observed, nowMs), role, observed, nowMs);
}

/** All targets at once, so that everyone sees who is about to go: those that are lost first, then the highest indices. */
function markLeaving(record: ClusterRecord, role: string, count: number, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const staying = stayingMembers(record, role);
  if (staying.length <= count) return record;
  const lost = staying.filter((member) => isLost(member, observed));
  const inTurn = [...staying.filter((member) => !lost.includes(member)), ...lost];
  return withMembers(record, role, change(inTurn.slice(count - staying.length), (member) => ({ ...member, leaving: true, since: nowMs })));
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
  const isBusy = members.some(({ record: member }) => member.state === "gone") || isUpdating(cluster, record, role, observed);
  const isSerial = cluster.roles[role]?.defined.join === "serial";
  const free = waiting.filter((member) => mayGo(cluster, record, role, member, observed));
  const next = isSerial ? (isBusy ? [] : free.slice(-1)) : free;
  return next.length === 0 ? record : withMembers(record, role, change(next, (member) => ({ ...member, state: "gone", since: nowMs })));
}

/** Nobody has to be told before it goes. */
function mayGo(cluster: DesiredCluster, record: ClusterRecord, role: string, member: Member, observed: ObservedCluster): boolean {
  const defined = cluster.app.roles[role];
  const lost = isLost(member, observed);
  return defined === undefined || (dueBeforeRemoval(defined, record.roles[role], member, lost).length === 0 && !waitsForPerson(defined, lost));
}

/** Once its pod is gone; the life goes on counting, so that its volume is never attached again by accident. */
function forgetGone(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): ClusterRecord {
  const defined = cluster.app.roles[role];
  const isTold = defined === undefined || dueAfterRemoval(defined).length === 0;
  const gone = membersOf(record, role).filter(({ index, record: member }) => isTold && member.state === "gone" && podOf(cluster, role, index, observed) === undefined);
  if (gone.length === 0) return record;
  const nextLife = { ...record.roles[role]?.nextLife, ...Object.fromEntries(gone.map(({ index, record: { life } }) => [String(index), life + 1])) };
  const without = withMembers(record, role, Object.fromEntries(gone.map(({ index }) => [String(index), undefined])));
  return withRole(without, role, { nextLife });
}

/** The lowest free indices, one after another where the role says so. An index is free again once its last pod is gone. */
function planJoining(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, observed: ObservedCluster, nowMs: number): ClusterRecord {
  const staying = stayingMembers(record, role.name);
  const missing = role.count - staying.length;
  if (missing <= 0 || staying.length === 0 || !mayJoin(cluster, record, role, observed)) return record;
  const wanted = lowestFree(new Set(staying.map(({ index }) => index)), role.defined.join === "serial" ? 1 : missing);
  const free = wanted.filter((index) => record.members[role.name]?.[String(index)] === undefined);
  return free.length === 0 ? record : withMembers(record, role.name, Object.fromEntries(free.map((index) => [String(index), newLife(cluster, role, index, "join", record, observed, nowMs)])));
}

/** After the first set has formed or come back, not in the middle of an update, and one after another where the role says so. */
function mayJoin(cluster: DesiredCluster, record: ClusterRecord, { name, defined }: DesiredRole, observed: ObservedCluster): boolean {
  const role = record.roles[name];
  if (role?.formed !== true || role.allDown === true || isUpdating(cluster, record, name, observed)) return false;
  return defined.join === "parallel" || membersOf(record, name).every(({ record: member }) => member.state === "in" || member.state === "done");
}

function lowestFree(taken: ReadonlySet<number>, count: number): readonly number[] {
  const free: number[] = [];
  for (let index = 0; free.length < count; index += 1) if (!taken.has(index)) free.push(index);
  return free;
}

function change(members: readonly Member[], make: (member: MemberRecord) => MemberRecord): Readonly<Record<string, MemberRecord>> {
  return Object.fromEntries(members.map(({ index, record }) => [String(index), make(record)]));
}
