import type { Json } from "../json.ts";
import type { RoleName } from "../name.ts";

/** What a person wants of one cluster: parsed and canonical, so that equal wishes are equal values. */
export interface ClusterSpec {
  /** `name@version+build`; anything left out is filled in by control before it is stored (`AppRef`). */
  readonly app: string;
  readonly placement: { readonly target: string; readonly namespace: string | undefined };
  readonly params: Readonly<Record<string, Json>>;
  /** Slot → another cluster of the project, or values for something outside. */
  readonly needs: Readonly<Record<string, NeedBinding>>;
  readonly roles: Readonly<Record<RoleName, RoleSpec>>;
  /** Refuses deletion until unset. */
  readonly protect: boolean;
  /** Uid of a deleted cluster whose kept volumes and generated secrets this one takes over. */
  readonly adopt: string | undefined;
}

export type NeedBinding =
  | { readonly kind: "cluster"; readonly cluster: string }
  | { readonly kind: "literal"; readonly exports: Readonly<Record<string, string>> };

/** Differences from the definition for one role; what is undefined stays as defined. */
export interface RoleSpec {
  readonly members: number | undefined;
  readonly image: string | undefined;
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly volumes: Readonly<Record<string, { readonly size: string | undefined; readonly class: string | undefined }>>;
  /** Literal values; null removes a variable of the definition. */
  readonly env: Readonly<Record<string, string | null>>;
}

/** A Cluster document: the spec and who it is about. */
export interface ClusterDocument {
  readonly name: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: ClusterSpec;
}
