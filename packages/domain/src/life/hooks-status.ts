import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { memberName } from "../render/identity.ts";
import { hookWait, inWords } from "./hook-wait.ts";
import { arePeersDue, dueAfterRemoval, dueBeforeCounting, dueBeforeRemoval, dueBeforeStop, dueInNewPod, isCreateDue } from "./hooks-due.ts";
import { isLost, isReady, type Member, membersOf, podOf, rolesOf } from "./members.ts";
import { hasOldFiles } from "./member-status.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import type { StepWait } from "./step.ts";
import { hasToBeTold, isOutdated } from "./updating.ts";

/** What does not go on, since hooks that gate it cannot run yet. Members whose pods are held back are told of by `running.ts`. */
export function hookWaits(cluster: DesiredCluster, record: ClusterRecord, observed: ObservedCluster): readonly StepWait[] {
  const ofCluster: readonly StepWait[] = isCreateDue(cluster, record) ? [hookWait("cluster", "all of its roles have formed, and create is due")] : [];
  return [...ofCluster, ...rolesOf(cluster).flatMap((role) => [...membersOf(record, role.name).flatMap((member) => waitsOfMember(cluster, record, role, member, observed)), ...waitsOfRole(cluster, record, role, observed)])];
}

function waitsOfMember(cluster: DesiredCluster, record: ClusterRecord, role: DesiredRole, member: Member, observed: ObservedCluster): readonly StepWait[] {
  const { name, defined } = role;
  const { index, record: own } = member;
  const pod = podOf(cluster, name, index, observed);
  const waits = (message: string): readonly StepWait[] => [hookWait(`member ${memberName(cluster, name, index)}`, message, own.since)];
  if (own.state === "gone") return pod === undefined && dueAfterRemoval(defined).length > 0 ? waits("it is gone, and left is to be run in another member") : [];
  if (own.leaving) {
    const hooks = dueBeforeRemoval(defined, record.roles[name], member, isLost(member, observed));
    return hooks.length > 0 ? waits(`it goes after ${inWords(hooks)}`) : [];
  }
  const hooks = own.state === "planned" && isReady(pod) ? dueBeforeCounting(defined, record.roles[name], member) : [];
  if (hooks.length > 0) return waits(`it counts after ${inWords(hooks)}`);
  const again = pod && isReady(pod) ? dueInNewPod(defined, member, pod) : [];
  if (again.length > 0) return waits(`its pod was made anew, and it is back after ${inWords(again)}`);
  return hasOldFiles(cluster, name, member, observed) ? waits("new files are to reach it without a restart") : [];
}

function waitsOfRole(cluster: DesiredCluster, record: ClusterRecord, { name, defined }: DesiredRole, observed: ObservedCluster): readonly StepWait[] {
  const waits = (message: string): readonly StepWait[] => [hookWait(`role ${name}`, message)];
  const isWaiting = hasToBeTold(cluster, name) && membersOf(record, name).some((member) => isReady(podOf(cluster, name, member.index, observed)) && isOutdated(cluster, record, name, member, observed));
  if (isWaiting) return waits(`its members are made anew after ${inWords(dueBeforeStop(defined))}`);
  return arePeersDue(defined, record) ? waits("who counts has changed, and peers is due") : [];
}
