import type { V1ConfigMap, V1PersistentVolumeClaim, V1Pod, V1Secret, V1Service } from "@kubernetes/client-node";
import type { World } from "./world.ts";

/** Reads of the target by its own API, past everything of ours. */

interface Kinds {
  readonly pods: V1Pod;
  readonly persistentvolumeclaims: V1PersistentVolumeClaim;
  readonly services: V1Service;
  readonly secrets: V1Secret;
  readonly configmaps: V1ConfigMap;
}

export async function list<K extends keyof Kinds>(world: World, kind: K, namespace: string, selector = ""): Promise<readonly Kinds[K][]> {
  const { status, body } = await world.kubernetes.request("GET", `/api/v1/namespaces/${namespace}/${kind}?labelSelector=${encodeURIComponent(selector)}`);
  if (status !== 200) throw new Error(`listing ${kind}: ${status}`);
  return (body as { items: Kinds[K][] }).items;
}

export async function get<K extends keyof Kinds>(world: World, kind: K, namespace: string, name: string): Promise<Kinds[K] | undefined> {
  const { status, body } = await world.kubernetes.request("GET", `/api/v1/namespaces/${namespace}/${kind}/${name}`);
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`getting ${kind} ${name}: ${status}`);
  return body as Kinds[K];
}

export async function pods(world: World, namespace: string, cluster: string): Promise<readonly V1Pod[]> {
  return list(world, "pods", namespace, `app.kubernetes.io/instance=${cluster}`);
}

/** Names of objects, sorted. */
export function names(objects: readonly { readonly metadata?: { readonly name?: string } }[]): readonly string[] {
  return objects.map((object) => object.metadata?.name ?? "").sort();
}

/** The literal value of a variable of a pod's main container. */
export function envOf(pod: V1Pod | undefined, name: string): string | undefined {
  return pod?.spec?.containers[0]?.env?.find((variable) => variable.name === name)?.value;
}
