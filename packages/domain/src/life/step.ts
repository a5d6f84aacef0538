import type { RoleName } from "../name.ts";
import type { ClusterRecord, MemberRecord } from "./record.ts";
import type { Reason } from "./status.ts";

/** The next safe step of one cluster. */
export interface Step {
  readonly phase: Phase;
  /** What must be saved before anything is done; undefined while there must be none. */
  readonly record: ClusterRecord | undefined;
  /** Members whose pod and claims should be there now. A pod of the cluster that is not among them is deleted. */
  readonly members: readonly StepMember[];
  /** Of the Secret of generated values. */
  readonly secretName: string;
  /** Why something is not done yet. */
  readonly waits: readonly StepWait[];
  /** When something is due that nothing in the target will tell of: milliseconds from now. */
  readonly lookAgainInMs?: number | undefined;
  /** When it was decided: milliseconds since 1970. */
  readonly atMs: number;
}

export type Phase =
  /** Something must be so first, and nothing may be written: not even the record. */
  | "blocked"
  /** What it needs of other clusters is missing: nothing that reads it is made, and nothing is deleted. */
  | "waiting"
  | "running"
  /** A person wants nothing to be changed. */
  | "paused"
  /** A person wants no member to run: pods go, the rest stays. */
  | "stopped"
  /** Being deleted: pods go, the rest stays until they are gone. */
  | "stopping"
  /** Being deleted: everything that is not kept goes. */
  | "clearing"
  /** Nothing is left but the record, which goes now, or has gone. */
  | "gone";

export interface StepMember {
  readonly role: RoleName;
  readonly index: number;
  readonly record: MemberRecord;
  /** Its pod is there. A pod is never changed, so nothing is rendered for it. */
  readonly isThere: boolean;
}

export interface StepWait {
  /** `member events-broker-1`, `role broker`, `needs zk`. */
  readonly what: string;
  readonly reason: Reason;
  readonly message: string;
  /** Milliseconds since 1970, where the record knows; else it counts from when it was seen first. */
  readonly since?: number;
}
