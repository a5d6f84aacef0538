import type { ExportValue } from "../expression/value.ts";
import type { Uid } from "../name.ts";

export type ClusterState = "pending" | "deploying" | "ready" | "degraded" | "failed" | "completed" | "paused" | "stopping" | "stopped" | "deleting";
export type ConditionType = "Ready" | "Progressing" | "Healthy" | "HooksPending" | "Accepted";
export type Who = "nobody" | "kubernetes" | "author" | "user" | "administrator";

/** How a cluster is, as far as the reconciler has seen. Everything in it can be shown to anyone who may see the cluster. */
export interface ClusterStatus {
  readonly state: ClusterState;
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  /** In the order of the definition. */
  readonly roles: readonly RoleStatus[];
  /** By role, then index. */
  readonly members: readonly MemberStatus[];
  /** What is being waited for, since when, and who can act. */
  readonly waiting: readonly Wait[];
  /** Export → value; only those that could be evaluated. */
  readonly exports: Readonly<Record<string, ExportValue>>;
  /** All roles have formed once. */
  readonly formed: boolean;
  /** After a delete: the finalizer is off and nothing is left but what is kept. */
  readonly gone: boolean;
  /** What a delete kept: names of claims and Secrets. */
  readonly kept: readonly string[];
}

export interface Condition {
  readonly type: ConditionType;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: Reason;
  readonly message: string;
  readonly observedGeneration: number;
}

export interface RoleStatus {
  readonly role: string;
  readonly wanted: number;
  readonly ready: number;
  /** Members made with the present inputs. */
  readonly updated: number;
}

export interface MemberStatus {
  readonly role: string;
  readonly index: number;
  readonly name: string;
  readonly host: string;
  readonly id: number;
  readonly life: number;
  /** lifecycle.md section 1. */
  readonly state: string;
  readonly ready: boolean;
  readonly node: string | undefined;
  readonly podUid: Uid | undefined;
  readonly restarts: number;
  /** Why it is not ready, in a sentence that says what to do; undefined when it is. */
  readonly message: string | undefined;
}

export interface Wait {
  /** `member events-broker-1`, `needs zk`. */
  readonly what: string;
  readonly reason: Reason;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Why a condition is as it is, or something waits. Closed: a new one says who can act, or it does not compile. */
export type Reason =
  | "AllMembersReady"
  | "MembersStarting"
  | "MembersNotReady"
  | "MembersUpdating"
  | "ScalingUp"
  | "ScalingDown"
  | "WaitingForRole"
  | "WaitingForNeeds"
  | "MemberUnschedulable"
  | "ImageNotFound"
  | "MemberCrashing"
  | "MemberOutOfMemory"
  | "ImageWithoutShell"
  | "MemberLost"
  | "VolumePending"
  | "VolumeUnavailable"
  | "HooksPending"
  | "Completed"
  | "RetriesSpent"
  | "RetryPending"
  | "GangWaiting"
  | "UpdatePaused"
  | "Paused"
  | "Stopping"
  | "Stopped"
  | "Deleting"
  | "WaitingForPods"
  | "WaitingForAdoptedVolumes"
  | "RecordMissing"
  | "TargetUnreachable"
  | "WriteRefused"
  | "SpecRefused"
  | "Accepted";

export const reasons: Readonly<Record<Reason, { readonly who: Who; readonly advice: string }>> = {
  AllMembersReady: { who: "nobody", advice: "nothing to do" },
  MembersStarting: { who: "kubernetes", advice: "members are being started" },
  MembersNotReady: { who: "author", advice: "look at the members' messages and logs" },
  MembersUpdating: { who: "kubernetes", advice: "members are replaced one at a time" },
  ScalingUp: { who: "kubernetes", advice: "new members are being started" },
  ScalingDown: { who: "kubernetes", advice: "members are being removed, highest index first" },
  WaitingForRole: { who: "kubernetes", advice: "the role starts when the roles it comes after are ready" },
  WaitingForNeeds: { who: "user", advice: "create the cluster that the slot names, or bind the slot to another" },
  MemberUnschedulable: { who: "administrator", advice: "add nodes, or lower cpu and memory" },
  ImageNotFound: { who: "user", advice: "correct the image, or give the target access to its registry" },
  ImageWithoutShell: { who: "author", advice: "write shell: false for the role, or take an image that has a shell" },
  MemberOutOfMemory: { who: "user", advice: "give the role more memory" },
  MemberCrashing: { who: "author", advice: "read the member's log" },
  MemberLost: { who: "user", advice: "replace the member, or lower the count" },
  VolumePending: { who: "kubernetes", advice: "a volume is being made; if that lasts, check the storage class and its provisioner" },
  VolumeUnavailable: { who: "administrator", advice: "correct the storage class, its provisioner or the volume: members wait, and go on by themselves" },
  HooksPending: { who: "nobody", advice: "hooks, standings and files that change in place are for a later version of Troupe: until then this step waits" },
  Completed: { who: "nobody", advice: "read the results, then delete the cluster" },
  RetriesSpent: { who: "user", advice: "read the logs of the failed members, correct the spec, or create the cluster anew" },
  RetryPending: { who: "kubernetes", advice: "the failed member starts again after a pause" },
  UpdatePaused: { who: "user", advice: "see whether it does what it should; then let the update go on (troupe continue), or change the spec again" },
  GangWaiting: { who: "administrator", advice: "add nodes, or lower cpu and memory: its members start all or none" },
  Paused: { who: "user", advice: "unset paused when it may be changed again" },
  Stopping: { who: "kubernetes", advice: "members are being stopped" },
  Stopped: { who: "user", advice: "unset stopped to start it again" },
  Deleting: { who: "kubernetes", advice: "members are being stopped" },
  WaitingForPods: { who: "kubernetes", advice: "pods are ending" },
  WaitingForAdoptedVolumes: { who: "user", advice: "the adopted cluster must be gone, and its volumes there" },
  RecordMissing: { who: "administrator", advice: "restore the cluster's record, or create the cluster anew with adopt" },
  TargetUnreachable: { who: "administrator", advice: "check the target's API server and its credentials" },
  WriteRefused: { who: "administrator", advice: "the target refused an object: see the message" },
  SpecRefused: { who: "user", advice: "correct the spec" },
  Accepted: { who: "nobody", advice: "nothing to do" },
};
