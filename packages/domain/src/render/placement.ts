import type { V1PodSpec } from "@kubernetes/client-node";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { roleSelector } from "./identity.ts";
import type { Manifest } from "./manifest.ts";

const topologyKeys = { host: "kubernetes.io/hostname", zone: "topology.kubernetes.io/zone" } as const;

/**
 * Where members go: spread over hosts or zones, near those of another role. Wishes, not conditions: a member that is bound to
 * its node by a local volume must be able to come back whatever the others do.
 */
export function placementOf(cluster: DesiredCluster, { name, defined: { spread, near } }: DesiredRole): Pick<Manifest<V1PodSpec>, "topologySpreadConstraints" | "affinity"> {
  const labelSelector = (role: string) => ({ matchLabels: roleSelector(cluster, role) });
  return {
    ...(spread !== "none" && { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: topologyKeys[spread], whenUnsatisfiable: "ScheduleAnyway", labelSelector: labelSelector(name) }] }),
    ...(near !== undefined && { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { topologyKey: topologyKeys.host, labelSelector: labelSelector(near) } }] } } }),
  };
}
