import type { Json } from "../json.ts";
import type { App } from "../language/app.ts";
import type { RoleName } from "../name.ts";
import type { ExportValue } from "./value.ts";

/**
 * What the expressions of one cluster can read, as plain data. Pass the same object for all members and templates:
 * what expressions see of it is made once per object, so it must not change afterwards.
 */
export interface ClusterScope {
  /** Its exports are evaluated when an expression reads them; its declarations say which numbers are integers. */
  readonly app: App;
  readonly cluster: {
    readonly name: string;
    /** The cluster's uid. */
    readonly id: string;
    readonly project: string;
    readonly namespace: string;
    /** DNS suffix of the target: `cluster.local`. */
    readonly domain: string;
  };
  /** With the definition's defaults; one that has no value is absent and reads as null. */
  readonly params: Readonly<Record<string, Json>>;
  /** Slot → what its provider offers. An optional slot that is bound to nothing is absent and reads as null. */
  readonly needs: Readonly<Record<string, Readonly<Record<string, ExportValue>>>>;
  readonly roles: Readonly<Record<RoleName, RoleScope>>;
}

export interface RoleScope {
  /** Wanted. */
  readonly count: number;
  /** Those that count, in order of index. A member whose own template is evaluated is added to its role's by `evaluate`. */
  readonly members: readonly MemberScope[];
  /** All wanted, there or not, in order of index. */
  readonly all: readonly MemberScope[];
  /** Name → number. */
  readonly ports: Readonly<Record<string, number>>;
  /** What `service('…')` takes: name of a port or service → `host:port`. */
  readonly services: Readonly<Record<string, string>>;
}

/** Use the same object wherever the same member appears. */
export interface MemberScope {
  readonly index: number;
  readonly id: number;
  readonly name: string;
  readonly host: string;
  /** Cores; undefined where neither App nor Cluster gives them. */
  readonly cpu: number | undefined;
  readonly memoryMiB: number | undefined;
  readonly gpu: number;
  /** How it was last started: `bootstrap`, `join`, `replace`, `rejoin`, `revive`. */
  readonly start: string;
  readonly leaving: boolean;
  /** Last seen; empty while nobody has asked. */
  readonly standing: string;
  /** Last gathered; null before. */
  readonly facts: Json;
}

/** Where a template stands: in a member of a role, or (exports) in no member. */
export interface Scope {
  readonly of: ClusterScope;
  readonly self: { readonly role: RoleName; readonly member: MemberScope } | undefined;
}
