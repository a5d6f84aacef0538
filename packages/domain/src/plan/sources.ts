import type { ExportValue } from "../expression/value.ts";
import type { Json } from "../json.ts";
import type { ClusterSpec } from "../language/cluster.ts";
import type { ClusterRecord } from "../life/record.ts";
import type { Digest, Uid } from "../name.ts";

/**
 * What control tells the reconciler about one cluster: sources, not a plan. Both sides run the same pure `plan` on it.
 * The newer `version` wins, always.
 */
export interface Sources {
  readonly uid: Uid;
  readonly project: string;
  readonly target: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The project revision at which anything in here changed. */
  readonly version: number;
  /** Counts changes of the spec. */
  readonly generation: number;
  readonly intent: Intent;
  readonly app: AppRef;
  readonly spec: ClusterSpec;
  readonly needs: Needs;
  /** The cluster has formed once: it is never bootstrapped again, also when its record is gone. */
  readonly formed: boolean;
  /** The last record that was reported, for the case that the target has lost it. */
  readonly lastRecord: ClusterRecord | undefined;
  /** The generation whose update a person has let go on past its first member; 0: none. */
  readonly continued: number;
  readonly orders: readonly Order[];
}

export type Intent =
  | { readonly kind: "run" }
  /** `deleteVolumes`: claims and generated secrets too, asked for by name. */
  | { readonly kind: "delete"; readonly deleteVolumes: boolean };

/** One published build. */
export interface AppRef {
  readonly project: string;
  readonly name: string;
  readonly version: string;
  readonly build: number;
  readonly digest: Digest;
}

/** Slot → what is bound to it. */
export type Needs = Readonly<Record<string, Need>>;
export type Need =
  | { readonly kind: "bound"; readonly provider: string | undefined; readonly exports: Readonly<Record<string, ExportValue>> }
  /** The provider is not there, or does not offer its exports yet. */
  | { readonly kind: "waiting"; readonly provider: string; readonly message: string }
  /** As waiting, and what was bound before is in the record. Control does not know the record, and never says so. */
  | { readonly kind: "last"; readonly provider: string; readonly exports: Readonly<Record<string, ExportValue>>; readonly message: string };

/** What a person asks that is no spec. None in this version of the protocol; they stay until `ordersDone` has them. */
export interface Order {
  readonly id: string;
  readonly kind: string;
  readonly args: Readonly<Record<string, Json>>;
}

/** `name@version+build`, as people write it. */
export function refText({ name, version, build }: Pick<AppRef, "name" | "version" | "build">): string {
  return `${name}@${version}+${build}`;
}
