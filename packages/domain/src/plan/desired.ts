import type { Template } from "../expression/template.ts";
import type { Json } from "../json.ts";
import type { App, File, Port, Role, Volume } from "../language/app.ts";
import type { RoleName, Uid } from "../name.ts";
import type { AppRef, Intent, Needs, Order } from "./sources.ts";
import type { ClusterRecord } from "../life/record.ts";

/**
 * What is wanted of one cluster, with the definition's defaults and the spec laid over each other.
 * Its existence is the proof that the sources are legal: nothing after `plan` checks again.
 */
export interface DesiredCluster {
  readonly uid: Uid;
  readonly project: string;
  readonly target: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: number;
  readonly generation: number;
  readonly intent: Intent;
  readonly ref: AppRef;
  readonly app: App;
  readonly params: Readonly<Record<string, Json>>;
  readonly needs: Needs;
  readonly formed: boolean;
  readonly adopt: Uid | undefined;
  readonly paused: boolean;
  readonly stopped: boolean;
  /** On every object that is made for the cluster. */
  readonly objectLabels: Readonly<Record<string, string>>;
  readonly lastRecord: ClusterRecord | undefined;
  /** The generation whose update a person has let go on past its first member. */
  readonly continued: number;
  readonly orders: readonly Order[];
  /** Secret of the app that is not generated → where it is. */
  readonly referencedSecrets: Readonly<Record<string, SecretKey>>;
  /** In the order of the definition. */
  readonly roles: Readonly<Record<RoleName, DesiredRole>>;
  /** DNS suffix of the target: `cluster.local`. */
  readonly domain: string;
}

/** A key of a Kubernetes Secret in the cluster's namespace. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** A role as this cluster wants it: `defined` is the definition's, the other fields win over it. */
export interface DesiredRole {
  readonly name: RoleName;
  readonly defined: Role;
  /** `when` says so; one that is not there has no members and nothing else. */
  readonly exists: boolean;
  readonly count: number;
  readonly image: string;
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly gpu: number;
  readonly env: Readonly<Record<string, Template>>;
  readonly volumes: Readonly<Record<string, Volume>>;
  /** Path → file, with the keys that the Cluster sets. */
  readonly files: Readonly<Record<string, File>>;
  readonly ports: Readonly<Record<string, Port>>;
  /** One Service with all ports of the role: a port says `expose`, or an expression asks for `service()`. */
  readonly hasService: boolean;
}
