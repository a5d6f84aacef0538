import type { JsonObject } from "../json.ts";
import type { Uid } from "../name.ts";

/** What the target's API shows of one cluster, as flat projections; made only by the reconciler's `project`. */
export interface ObservedCluster {
  /** Whatever carries the cluster's uid label; complete as of some moment, because all watches have been synced. */
  readonly objects: readonly ObservedObject[];
  /** Its pods by name; also found in `objects`. */
  readonly pods: Readonly<Record<string, ObservedPod>>;
  /** Its claims by name; also found in `objects`. */
  readonly claims: Readonly<Record<string, ObservedClaim>>;
  /** Claims that other clusters left behind: of the same cluster name in its namespace, or of the uid that it adopts. By name. */
  readonly keptClaims: Readonly<Record<string, ObservedClaim>>;
  /** Names of generated Secrets in its namespace, its own and those left behind. */
  readonly secrets: ReadonlySet<string>;
  /** Name of the Secret of generated values that still carries the uid of the adopted cluster. */
  readonly adoptedSecret?: string | undefined;
  /** The adopted cluster still has a record or pods. */
  readonly adoptedIsThere: boolean;
}

/** Identity, the hash that we wrote, and the body for `covers`. */
export interface ObservedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: Uid;
  readonly resourceVersion: string;
  readonly deleting: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The live object without managedFields, and without data of Secrets. */
  readonly body: JsonObject;
}

export interface ObservedPod {
  readonly name: string;
  readonly uid: Uid;
  readonly role: string;
  readonly index: number;
  readonly life: number;
  /** Hash of the stable inputs that it was made with. */
  readonly inputs: string | undefined;
  /** Hash of what reaches it without a restart, as it was made. */
  readonly live?: string | undefined;
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly scheduled: boolean;
  readonly started: boolean;
  readonly ready: boolean;
  readonly deleting: boolean;
  readonly node: string | undefined;
  readonly restarts: number;
  /** What keeps it from running. */
  readonly trouble: ObservedTrouble | undefined;
}

/** In Kubernetes' words: `ImagePullBackOff`, `Unschedulable`, `CrashLoopBackOff`. */
export interface ObservedTrouble {
  readonly reason: string;
  readonly message: string;
}

export interface ObservedClaim {
  readonly name: string;
  readonly uid: Uid;
  /** `troupe.dev/cluster-uid` label. */
  readonly clusterUid: Uid;
  readonly role: string;
  readonly index: number;
  readonly volume: string;
  readonly life: number;
  readonly phase: "Pending" | "Bound" | "Lost";
  readonly size: string;
  /** Of its storage, which the target fills in where it has a default; undefined: somebody has to make the volume. */
  readonly storageClass: string | undefined;
  /** Why its volume cannot be made, as far as that was said. */
  readonly trouble?: ObservedTrouble | undefined;
  /** Its member was removed while the cluster lived. */
  readonly retired: boolean;
  readonly deleting: boolean;
  readonly object: ObservedObject;
}
