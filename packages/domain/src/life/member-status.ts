import { memberHost, memberName } from "../render/identity.ts";
import { liveInputsOf } from "../render/inputs.ts";
import type { Role } from "../language/app.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { memberId } from "../plan/scope.ts";
import { waitsForPerson } from "./hooks-due.ts";
import { isLost, isReady, type Member, podOf } from "./members.ts";
import type { ObservedClaim, ObservedCluster, ObservedTrouble } from "./observed.ts";
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
  if (pod === undefined || isReady(pod)) return undefined;
  const pending = pendingClaims(member, observed);
  const ofVolume = pending.map(troubleOfClaim).find((trouble) => trouble !== undefined);
  if (ofVolume) return ofVolume;
  if (pod.trouble === undefined) return pending.length > 0 ? volumePending : undefined;
  if (isAboutVolumes(pod.trouble)) return volumePending;
  const { reason, message } = pod.trouble;
  return { reason: reasonOf(reason), message: message === "" ? reason : `${reason}: ${message}` };
}

function lostWords(role: Role | undefined): string {
  if (role && waitsForPerson(role, true)) return "its volume is lost, and it stays: it should have left by itself (leave), and the definition has no forget that others could run for it";
  return "its volume is lost: lower the count to remove it";
}

function pendingClaims({ record }: Member, { claims }: ObservedCluster): readonly ObservedClaim[] {
  return Object.values(record.claims).flatMap((name) => claims[name] ?? []).filter(({ phase }) => phase === "Pending");
}

function troubleOfClaim({ name, volume, storageClass, trouble }: ObservedClaim): Trouble | undefined {
  if (trouble) return { reason: "VolumeUnavailable", message: `volume ${volume}: ${trouble.reason}: ${trouble.message}` };
  if (storageClass !== undefined) return undefined;
  return { reason: "VolumeUnavailable", message: `volume ${volume}: no storage class is named, and the target has no default one: claim ${name} waits for a volume that somebody makes` };
}

const volumePending: Trouble = { reason: "VolumePending", message: "its volume is being made" };

/** The scheduler says so for a moment whenever a claim is new, and goes on saying it until it looks again. */
export function isAboutVolumes({ reason, message }: ObservedTrouble): boolean {
  return reason === "Unschedulable" && /persistent ?volume/i.test(message);
}

/** Kubernetes' words for what stops a container, as ours. */
function reasonOf(kubernetes: string): Reason {
  if (kubernetes === "Unschedulable") return "MemberUnschedulable";
  if (/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/.test(kubernetes)) return "ImageNotFound";
  if (/^Failed(Mount|AttachVolume|MapVolume)$/.test(kubernetes)) return "VolumeUnavailable";
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
