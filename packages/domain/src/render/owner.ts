import type { DesiredCluster } from "../plan/desired.ts";
import { recordApiVersion, recordKind } from "./identity.ts";

interface Owned {
  readonly namespace: string;
  readonly ownerReferences: readonly OwnerReference[];
}

interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
  readonly blockOwnerDeletion: false;
}

/** Everything but data belongs to the cluster's record: `kubectl drain` asks for a controller of pods, and nothing is orphaned. */
export function owned(cluster: DesiredCluster, ownerUid: string): Owned {
  return {
    namespace: cluster.namespace,
    ownerReferences: [{ apiVersion: recordApiVersion, kind: recordKind, name: cluster.name, uid: ownerUid, controller: true, blockOwnerDeletion: false }],
  };
}
