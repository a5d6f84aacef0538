import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { StepMember } from "../life/step.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { label, memberLabels } from "./identity.ts";
import type { Manifest } from "./manifest.ts";

/** A member's claims, owned by nobody: deleting the cluster, or its record by hand, leaves them. */
export function renderClaims(cluster: DesiredCluster, { role, index, record }: StepMember): readonly Manifest<V1PersistentVolumeClaim>[] {
  return Object.values(cluster.roles[role]?.volumes ?? {}).flatMap(({ name, size, class: storageClassName }) => {
    const claim = record.claims[name];
    if (claim === undefined) return [];
    return [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: claim, namespace: cluster.namespace, labels: { ...memberLabels(cluster, role, index, record.life), [label.volume]: name } },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } }, ...(storageClassName !== undefined && { storageClassName }) },
      },
    ];
  });
}
