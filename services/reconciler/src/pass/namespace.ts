import { Failure } from "@troupe/domain/failure";
import type { JsonObject } from "@troupe/domain/json";
import { label, managedBy } from "@troupe/domain/render/identity";
import type { KubeObject } from "@troupe/domain/render/manifest";
import type { Kube } from "../kube/kube.ts";

/**
 * Creates an object, and its namespace when there is none: a project is a namespace, and the first cluster of a project is
 * the first to need it. Asked only when a write was refused, so that a namespace that is there costs nothing.
 */
export async function createInNamespace(kube: Kube, object: KubeObject): Promise<JsonObject> {
  try {
    return await kube.create(object);
  } catch (error) {
    if (!isNamespaceMissing(error)) throw error;
    await createNamespace(kube, object.metadata.namespace);
    return kube.create(object);
  }
}

function isNamespaceMissing(error: unknown): boolean {
  return error instanceof Failure && error.kind === "not_found" && error.facts["resource"] === "namespaces";
}

async function createNamespace(kube: Kube, name: string): Promise<void> {
  const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name, namespace: "", labels: { [label.managedBy]: managedBy } } };
  await kube.create(namespace).catch((error: unknown) => {
    // Another cluster of the project was first.
    if (!(error instanceof Failure) || error.kind !== "already_exists") throw error;
  });
}
