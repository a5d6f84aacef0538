import { memberHost, memberName } from "../render/identity.ts";
import { liveInputsOf } from "../render/inputs.ts";
import type { Role } from "../language/app.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { memberId } from "../plan/scope.ts";
import { waitsForPerson } from "./hooks-due.ts";
import { isLost, isReady, type Member, podOf } from "./members.ts";
import type { ObservedCluster } from "./observed.ts";
import type { ClusterRecord } from "./record.ts";
import type { MemberStatus, Reason } from "./status.ts";
import { stateOf } from "./transitions.ts";
import { isOutdated } from "./updating.ts";

/** What a member is right now: the state that was noted of it, as far on as its pod shows. */
export function memberStatus(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster): MemberStatus {
  const pod = podOf(cluster, role, member.index, observed);
  const trouble = troubleOf(cluster, role, member, observed);
  const state = stateOf(member, pod, isLost(member, observed));
  return {
    role,
    index: member.index,
    name: memberName(cluster, role, member.index),
    host: memberHost(cluster, role, member.index),
    id: memberId(cluster.roles[role], member.index),
    life: member.record.life,
    // Noted before its pod goes, so whoever looks still sees it.
    state: state === "gone" ? "leaving" : state,
    ready: isReady(pod),
    node: pod?.node,
    podUid: pod?.uid,
    restarts: pod?.restarts ?? 0,
    message: trouble?.message,
  };
}

export interface Trouble {
  readonly reason: Reason;
  readonly message: string;
}

/** What keeps a member from being ready, if it is more than time. */
export function troubleOf(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster): Trouble | undefined {
  if (isLost(member, observed)) return { reason: "MemberLost", message: lostWords(cluster.app.roles[role]) };
  const pod = podOf(cluster, role, member.index, observed);
  if (pod === undefined || isReady(pod) || pod.trouble === undefined) return undefined;
  const { reason, message } = pod.trouble;
  if (reason === "Unschedulable" && isVolumePending(member, observed, message)) return { reason: "VolumePending", message: "its volume is being made" };
  return { reason: reasonOf(reason), message: message === "" ? reason : `${reason}: ${message}` };
}

function lostWords(role: Role | undefined): string {
  if (role && waitsForPerson(role, true)) return "its volume is lost, and it stays: it should have left by itself (leave), and the definition has no forget that others could run for it";
  return "its volume is lost: lower the count to remove it";
}

/** The scheduler says so for a moment whenever a claim is new, and goes on saying it until it looks again. */
function isVolumePending({ record }: Member, { claims }: ObservedCluster, message: string): boolean {
  return message.includes("PersistentVolumeClaim") || Object.values(record.claims).some((name) => claims[name]?.phase === "Pending");
}

/** Kubernetes' words for what stops a container, as ours. */
function reasonOf(kubernetes: string): Reason {
  if (kubernetes === "Unschedulable") return "MemberUnschedulable";
  if (/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/.test(kubernetes)) return "ImageNotFound";
  if (kubernetes === "NoShell") return "ImageWithoutShell";
  if (kubernetes === "OOMKilled") return "MemberOutOfMemory";
  if (/^(CrashLoopBackOff|Error|RunContainerError|CreateContainerError|CreateContainerConfigError|Failed|Evicted)$/.test(kubernetes)) return "MemberCrashing";
  return "MembersNotReady";
}

export function isUpdated(cluster: DesiredCluster, record: ClusterRecord, role: string, member: Member, observed: ObservedCluster): boolean {
  return podOf(cluster, role, member.index, observed) !== undefined && !isOutdated(cluster, record, role, member, observed) && !hasOldFiles(cluster, role, member, observed);
}

/** Its files were made from other values than they would be now, and are changed in place: by a hook, or by writing into the member. */
export function hasOldFiles(cluster: DesiredCluster, role: string, { index, record }: Member, observed: ObservedCluster): boolean {
  const pod = podOf(cluster, role, index, observed);
  const desired = cluster.roles[role];
  return pod !== undefined && record.state !== "done" && desired !== undefined && pod.live !== liveInputsOf(cluster, desired);
}
