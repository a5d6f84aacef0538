import type { JsonObject } from "../json.ts";
import type { Uid } from "../name.ts";

/** What the target's API shows of one cluster, as flat projections; made only by the reconciler's `project`. */
export interface ObservedCluster {
  /** Every list below is complete as of some moment: all watches have been synced. */
  readonly objects: readonly ObservedObject[];
  /** Pods by name; also found in `objects`. */
  readonly pods: Readonly<Record<string, ObservedPod>>;
  readonly claims: Readonly<Record<string, ObservedClaim>>;
  /** Claims of this cluster *name* in its namespace whose uid label is another's: lives continue after them, adoption takes them. */
  readonly keptClaims: Readonly<Record<string, ObservedClaim>>;
  /** Names of nodes that exist. */
  readonly nodes: ReadonlySet<string>;
}

/** Whatever carries our labels: identity, the hash we wrote, and the body for `covers`. */
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
  readonly inputs: string | undefined;
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly scheduled: boolean;
  readonly started: boolean;
  readonly ready: boolean;
  readonly deleting: boolean;
  readonly node: string | undefined;
  readonly restarts: number;
  /** What keeps it from running, in Kubernetes' words: `ImagePullBackOff`, `Unschedulable`, `CrashLoopBackOff`. */
  readonly trouble: { readonly reason: string; readonly message: string } | undefined;
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
  readonly deleting: boolean;
}
