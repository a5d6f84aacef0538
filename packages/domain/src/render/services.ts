import type { V1Service } from "@kubernetes/client-node";
import type { Port } from "../language/app.ts";
import type { DesiredCluster, DesiredRole } from "../plan/desired.ts";
import { clusterLabels, clusterSelector, headlessServiceName, label, roleLabels, roleObjectName, roleSelector } from "./identity.ts";
import type { Manifest } from "./manifest.ts";
import { owned } from "./owner.ts";

/** The headless Service gives every member its DNS name, also before it is ready: members have to find each other first. */
export function renderServices(cluster: DesiredCluster, ownerUid: string): readonly Manifest<V1Service>[] {
  const roles = Object.values(cluster.roles).filter(({ exists }) => exists);
  return [headless(cluster, ownerUid), ...roles.filter(({ hasService }) => hasService).map((role) => ofRole(cluster, role, ownerUid)), ...roles.flatMap((role) => ofStandings(cluster, role, ownerUid))];
}

function headless(cluster: DesiredCluster, ownerUid: string): Manifest<V1Service> {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...owned(cluster, ownerUid), name: headlessServiceName(cluster), labels: clusterLabels(cluster) },
    // Without ports: DNS needs none, and two roles may use one name for different numbers.
    spec: { clusterIP: "None", publishNotReadyAddresses: true, selector: clusterSelector(cluster) },
  };
}

const types = { none: "ClusterIP", cluster: "ClusterIP", node: "NodePort", load: "LoadBalancer" } as const;

function ofRole(cluster: DesiredCluster, role: DesiredRole, ownerUid: string): Manifest<V1Service> {
  const ports = Object.values(role.ports);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...owned(cluster, ownerUid), name: roleObjectName(cluster, role.name), labels: roleLabels(cluster, role.name) },
    spec: {
      type: types[widest(ports)],
      selector: roleSelector(cluster, role.name),
      ports: ports.map(({ name, port, protocol }) => ({ name, port, protocol, targetPort: name })),
    },
  };
}

/** It leads to nobody while no member has been asked for its standing. */
function ofStandings(cluster: DesiredCluster, { name: role, ports, defined: { services } }: DesiredRole, ownerUid: string): readonly Manifest<V1Service>[] {
  return Object.values(services).flatMap(({ name, port, to }) => {
    const of = ports[port];
    if (of === undefined) return [];
    return [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { ...owned(cluster, ownerUid), name: roleObjectName(cluster, name), labels: roleLabels(cluster, role) },
        spec: { type: types[of.expose], selector: { ...roleSelector(cluster, role), [label.standing]: to }, ports: [{ name: of.name, port: of.port, protocol: of.protocol, targetPort: of.name }] },
      },
    ];
  });
}

/** A Service has one type for all its ports: the one that reaches furthest. */
function widest(ports: readonly Port[]): keyof typeof types {
  return (["load", "node", "cluster"] as const).find((expose) => ports.some((port) => port.expose === expose)) ?? "none";
}
