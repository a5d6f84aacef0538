import type { ClusterRecord } from "@troupe/domain/life/record";
import type { ClusterStatus, MemberStatus } from "@troupe/domain/life/status";
import type { Uid } from "@troupe/domain/name";
import type { Guard } from "../store.ts";

/** What a reconciler saw of one cluster. Whole per key: one part for the cluster, one for each member that changed. */
export interface Report {
  readonly uid: Uid;
  readonly guard: Guard;
  /** Without members. */
  readonly status: ClusterStatus;
  /** Whoever is not among the members is no more. */
  readonly allMembers: boolean;
  /** By `role/index`; undefined: no more. */
  readonly members: readonly { readonly key: string; readonly status: MemberStatus | undefined }[];
  /** Undefined: as reported last. */
  readonly record: ClusterRecord | undefined;
}

export interface Acked {
  readonly uid: Uid;
  readonly guard: Guard;
  /** stored: or equal to what is. old: a greater guard is stored. unknown: no such cluster, or no more. */
  readonly outcome: "stored" | "old" | "unknown" | "unreadable";
}
