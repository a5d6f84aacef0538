import { memberHost, memberName } from "../render/identity.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { memberId } from "../plan/scope.ts";
import { isReady, type Member, podOf } from "./members.ts";
import type { ObservedCluster, ObservedPod } from "./observed.ts";
import type { MemberStatus, Reason } from "./status.ts";
import { isOutdated } from "./updating.ts";

/** What a member is right now: its record's state, refined by what its pod shows (lifecycle.md section 1). */
export type ShownState = "planned" | "held" | "starting" | "joining" | "in" | "stopping" | "down" | "leaving" | "lost";

export function shownState(member: Member, pod: ObservedPod | undefined, isLost: boolean): ShownState {
  if (member.record.leaving || member.record.state === "gone") return "leaving";
  if (isLost) return "lost";
  if (pod === undefined) return member.record.state === "in" ? "down" : "planned";
  if (pod.deleting) return "stopping";
  if (pod.phase === "Failed") return "down";
  if (pod.ready) return "in";
  if (pod.started) return "joining";
  return pod.scheduled ? "starting" : "held";
}

export function memberStatus(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster): MemberStatus {
  const pod = podOf(cluster, role, member.index, observed);
  const trouble = troubleOf(cluster, role, member, observed);
  return {
    role,
    index: member.index,
    name: memberName(cluster, role, member.index),
    host: memberHost(cluster, role, member.index),
    id: memberId(cluster.roles[role], member.index),
    life: member.record.life,
    state: shownState(member, pod, isLost(member, observed)),
    ready: isReady(pod),
    node: pod?.node,
    podUid: pod?.uid,
    restarts: pod?.restarts ?? 0,
    message: trouble?.message,
  };
}

/** Never concluded from silence: the claim itself says that its volume is gone. */
export function isLost({ record }: Member, { claims }: ObservedCluster): boolean {
  return Object.values(record.claims).some((name) => claims[name]?.phase === "Lost");
}

export interface Trouble {
  readonly reason: Reason;
  readonly message: string;
}

/** What keeps a member from being ready, if it is more than time. */
export function troubleOf(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster): Trouble | undefined {
  const pod = podOf(cluster, role, member.index, observed);
  if (isLost(member, observed)) return { reason: "MemberLost", message: "its volume is lost: replace the member, or lower the count" };
  const pending = Object.values(member.record.claims).find((name) => observed.claims[name]?.phase === "Pending");
  if (pod === undefined || isReady(pod)) return undefined;
  const { trouble } = pod;
  if (trouble === undefined) return undefined;
  const detail = trouble.message === "" ? trouble.reason : `${trouble.reason}: ${trouble.message}`;
  // The scheduler says so for a moment whenever a claim is new, and goes on saying it until it looks again.
  if (trouble.reason === "Unschedulable" && (pending !== undefined || trouble.message.includes("PersistentVolumeClaim"))) return { reason: "VolumePending", message: "its volume is being made" };
  return { reason: reasonOf(trouble.reason), message: detail };
}

/** Kubernetes' words for what stops a container, as ours. */
function reasonOf(kubernetes: string): Reason {
  if (kubernetes === "Unschedulable") return "MemberUnschedulable";
  if (/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/.test(kubernetes)) return "ImageNotFound";
  if (/^(CrashLoopBackOff|Error|OOMKilled|RunContainerError|CreateContainerError|CreateContainerConfigError|Failed|Evicted)$/.test(kubernetes)) return "MemberCrashing";
  return "MembersNotReady";
}

export function isUpdated(cluster: DesiredCluster, role: string, member: Member, observed: ObservedCluster): boolean {
  return podOf(cluster, role, member.index, observed) !== undefined && !isOutdated(cluster, role, member, observed);
}
