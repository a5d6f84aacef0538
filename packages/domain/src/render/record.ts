import type { ClusterRecord } from "../life/record.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { clusterLabels, finalizer, recordApiVersion, recordKind } from "./identity.ts";
import type { KubeObject } from "./manifest.ts";

/** The resource that holds a cluster's record; it has no status, so that one POST stores all of it. */
export function renderRecord(cluster: DesiredCluster, record: ClusterRecord): KubeObject {
  return {
    apiVersion: recordApiVersion,
    kind: recordKind,
    metadata: { name: cluster.name, namespace: cluster.namespace, labels: clusterLabels(cluster), finalizers: [finalizer] },
    spec: record,
  };
}
