import type { DesiredCluster } from "../plan/desired.ts";
import { inputsOf } from "../render/inputs.ts";
import { dueBeforeStop, dueInNewPod } from "./hooks-due.ts";
import { isLost, isReady, isRoleReady, isUp, type Member, podOf, stayingMembers } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";

/** Which members must be made anew because a stable input changed, and which of them may go now. */

/** Its pod was made with other inputs than it would be now, or for a member that was there before it. */
export function isOutdated(cluster: DesiredCluster, all: ClusterRecord, role: string, member: Member, observed: ObservedCluster): boolean {
  const { index, record } = member;
  const pod = podOf(cluster, role, index, observed);
  // A pod that has lost its volume would not come back.
  return pod !== undefined && record.state !== "done" && !isLost(member, observed) && (pod.inputs !== inputsOf(cluster, role, index, all) || pod.life !== record.life);
}

/** Some member of the role still has to be made anew. */
export function isUpdating(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  return role in cluster.roles && stayingMembers(record, role).some((member) => isOutdated(cluster, record, role, member, observed));
}

/**
 * Indices of members whose pods go now. Those that are not ready go at once, outside the budget and without waiting for one
 * another, so that a change which mends a broken one is never blocked by it; then the others, highest index first, as long
 * as no more than `maxUnavailable` members are not back for whatever reason.
 */
export function restartsNow(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): ReadonlySet<number> {
  const staying = stayingMembers(record, role);
  const outdated = staying.filter((member) => isOutdated(cluster, record, role, member, observed));
  if (outdated.length === 0) return new Set();
  const ready = (member: Member): boolean => isReady(podOf(cluster, role, member.index, observed));
  const broken = outdated.filter((member) => !ready(member));
  const healthy = outdated.filter(ready).reverse();
  const stopsAll = cluster.roles[role]?.defined.update.allAtOnce === true;
  // Where all stop before any starts, one that goes before the others would wait for them for ever.
  if (hasToBeTold(cluster, role)) return new Set((stopsAll && healthy.length > 0 ? [] : broken).map(({ index }) => index));
  if (stopsAll) return new Set((isTurnOf(cluster, record, role, observed) ? outdated : broken).map(({ index }) => index));
  const unavailable = staying.filter((member) => !isBack(cluster, role, member, observed)).length;
  const most = pausesAfterFirst(cluster, role) ? (updatedMembers(cluster, record, role, observed).length > 0 ? 0 : 1) : maxUnavailable(cluster, role);
  const budget = isTurnOf(cluster, record, role, observed) ? Math.max(0, most - unavailable) : 0;
  return new Set([...broken, ...healthy.slice(0, budget)].map(({ index }) => index));
}

/** How many of how many are made anew where a person is waited for before the others; undefined where nobody is. */
export function awaitsPerson(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): { readonly updated: number; readonly of: number } | undefined {
  if (!pausesAfterFirst(cluster, role) || !isUpdating(cluster, record, role, observed)) return undefined;
  const updated = updatedMembers(cluster, record, role, observed);
  const areBack = updated.every((member) => isBack(cluster, role, member, observed));
  return updated.length > 0 && areBack ? { updated: updated.length, of: stayingMembers(record, role).length } : undefined;
}

/** Nobody has said yet that this generation may go on. */
function pausesAfterFirst({ roles, generation, continued }: DesiredCluster, role: string): boolean {
  return roles[role]?.defined.update.pauseAfterFirst === true && continued < generation;
}

function updatedMembers(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): readonly Member[] {
  return stayingMembers(record, role).filter((member) => member.record.state !== "done" && !isLost(member, observed) && !isOutdated(cluster, record, role, member, observed));
}

/** It is up, and was told what it has to be told in each new pod: an update that went on before that would take down the next as well. */
function isBack(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster): boolean {
  const pod = podOf(cluster, role, member.index, observed);
  const defined = cluster.roles[role]?.defined;
  return isUp(cluster, role, member, observed) && !(defined && pod && dueInNewPod(defined, member, pod).length > 0);
}

/** Its members are handed over or flushed before a planned stop, by hooks that cannot run yet. */
export function hasToBeTold(cluster: DesiredCluster, role: string): boolean {
  const defined = cluster.roles[role]?.defined;
  return defined !== undefined && dueBeforeStop(defined).length > 0;
}

/** Where all stop before any starts, none starts while one of the past still runs. */
export function isStoppingAll(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  return cluster.roles[role]?.defined.update.allAtOnce === true && isUpdating(cluster, record, role, observed);
}

/**
 * Roles are updated in the order of their starts, or in that of `updateOrder`: once those before are updated and ready. One that
 * has yet to start, or to start again, begins with what is new, and may itself be waiting for this one.
 */
function isTurnOf(cluster: DesiredCluster, record: ClusterRecord, role: string, observed: ObservedCluster): boolean {
  return rolesUpdatedBefore(cluster, role)
    .filter((each) => cluster.roles[each]?.exists && record.roles[each]?.formed === true && record.roles[each]?.allDown !== true)
    .every((each) => !isUpdating(cluster, record, each, observed) && isRoleReady(cluster, record, each, observed) && stayingMembers(record, each).every((member) => isLost(member, observed) || isBack(cluster, each, member, observed)));
}

function rolesUpdatedBefore({ app, roles }: DesiredCluster, role: string): readonly string[] {
  if (app.updateOrder === undefined) return roles[role]?.defined.after ?? [];
  return app.updateOrder.includes(role) ? app.updateOrder.slice(0, app.updateOrder.indexOf(role)) : [];
}

function maxUnavailable(cluster: DesiredCluster, role: string): number {
  return cluster.roles[role]?.defined.update.maxUnavailable ?? 1;
}
