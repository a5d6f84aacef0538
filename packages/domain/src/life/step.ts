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
  /** Why something is not done yet. */
  readonly waits: readonly StepWait[];
}

export type Phase =
  /** Something must be so first, and nothing may be written: not even the record. */
  | "blocked"
  | "running"
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
}

export interface StepWait {
  /** `member events-broker-1`, `role broker`, `needs zk`. */
  readonly what: string;
  readonly reason: Reason;
  readonly message: string;
}
