import type { V1PodSpec } from "@kubernetes/client-node";
import type { DesiredCluster } from "../../plan/desired.ts";
import type { KubeObject, Manifest } from "../manifest.ts";
import { previewOf } from "../preview.ts";

/** Objects of a cluster once all of it is there, to look into. */

export function objectOf(cluster: DesiredCluster, kind: string, name: string): KubeObject | undefined {
  return previewOf(cluster).find((object) => object.kind === kind && object.metadata.name === name);
}

export function specOf(cluster: DesiredCluster, kind: string, name: string): Readonly<Record<string, unknown>> | undefined {
  return objectOf(cluster, kind, name)?.["spec"] as Readonly<Record<string, unknown>> | undefined;
}

export function podOf(cluster: DesiredCluster, name = "c-server-0") {
  const { metadata, spec } = objectOf(cluster, "Pod", name) as unknown as { readonly metadata: KubeObject["metadata"]; readonly spec: Manifest<V1PodSpec> };
  const [main] = spec.containers;
  const [install] = spec.initContainers ?? [];
  if (main === undefined) throw new Error(`${name} has no container`);
  return { metadata, spec, main, install };
}

/** Key → text of all files and packages. */
export function filesOf(cluster: DesiredCluster): Readonly<Record<string, string>> {
  return (objectOf(cluster, "ConfigMap", "c-files")?.["data"] ?? {}) as Readonly<Record<string, string>>;
}
