import type { Digest, RoleName, Uid } from "../name.ts";

/**
 * Our notes about one cluster, kept in its target: what was done and cannot be seen in the objects.
 * Stored whole in a ClusterRecord resource; every write is a compare-and-swap by resource version.
 */
export interface ClusterRecord {
  readonly uid: Uid;
  readonly project: string;
  /** Version of the sources that the last write acted on. */
  readonly version: number;
  /** Of the owner that wrote last; a lower epoch may not write. */
  readonly epoch: number;
  /** The build whose definition the members follow: `name@version+build`. */
  readonly app: string;
  /** All roles have formed once. */
  readonly formed: boolean;
  readonly ordersDone: readonly string[];
  readonly roles: Readonly<Record<RoleName, RoleRecord>>;
  /** role → index (decimal) → member. */
  readonly members: Readonly<Record<RoleName, Readonly<Record<string, MemberRecord>>>>;
}

export interface RoleRecord {
  /** Indices planned at the role's first creation. */
  readonly firstSet: readonly number[];
  /** The whole first set has counted once. */
  readonly formed: boolean;
  /** Counts changes of who counts. */
  readonly membersRev: number;
  /** index → the life that its next member starts with; survives the member. */
  readonly nextLife: Readonly<Record<string, number>>;
}

/** lifecycle.md section 1. */
export type MemberState = "planned" | "held" | "starting" | "joining" | "in" | "stopping" | "down" | "leaving" | "lost" | "gone" | "done";
export type StartMode = "bootstrap" | "join" | "replace" | "rejoin" | "revive";

export interface MemberRecord {
  readonly life: number;
  readonly start: StartMode;
  readonly state: MemberState;
  /** When the state was entered: milliseconds since 1970, by the owner's clock. */
  readonly since: number;
  /** The pod that embodies the member, once seen. */
  readonly podUID: Uid | undefined;
  /** Hash of the stable inputs that its pod was made with. */
  readonly inputs: Digest | undefined;
  /** volume → claim name. Fixed for a life; an adopted one keeps the name it was made with. */
  readonly claims: Readonly<Record<string, string>>;
  /** Its removal is planned. */
  readonly leaving: boolean;
}
