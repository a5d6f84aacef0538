import type { V1PodDisruptionBudget, V1ServiceAccount } from "@kubernetes/client-node";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { accountName, clusterLabels, roleLabels, roleObjectName, roleSelector } from "./identity.ts";
import type { Manifest } from "./manifest.ts";
import { owned } from "./owner.ts";

/** An account without rights or token, so that no member runs as the namespace's default one. */
export function renderAccount(cluster: DesiredCluster, ownerUid: string): Manifest<V1ServiceAccount> {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { ...owned(cluster, ownerUid), name: accountName(cluster), labels: clusterLabels(cluster) },
    automountServiceAccountToken: false,
  };
}

/** Roles of one member get none: it would block every drain for ever. */
export function renderBudgets(cluster: DesiredCluster, ownerUid: string): readonly Manifest<V1PodDisruptionBudget>[] {
  return Object.values(cluster.roles)
    .filter(({ count }) => count > 1)
    .map((role) => ({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { ...owned(cluster, ownerUid), name: roleObjectName(cluster, role.name), labels: roleLabels(cluster, role.name) },
      spec: { minAvailable: leastAvailable(role), selector: { matchLabels: roleSelector(cluster, role.name) } },
    }));
}

/** An integer, because the disruption controller can resolve no percentage or `maxUnavailable` for pods without a scale. */
function leastAvailable({ count, defined }: DesiredRole): number {
  return Math.max(0, count - defined.update.maxUnavailable);
}
