import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ApiextensionsV1Api, KubeConfig, KubernetesObjectApi, loadYaml, PatchStrategy } from "@kubernetes/client-node";

interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Installs Troupe's definition of custom resources in a target, or brings it up to date, and waits until it is served. */
export async function readyTarget(kubeconfig: string, context: string | undefined): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const definition = loadYaml<Definition>(await readFile(join(import.meta.dirname, "../kubernetes/crds.yaml"), "utf8"));
  const { name } = definition.metadata;
  await KubernetesObjectApi.makeApiClient(config).patch(definition, undefined, undefined, "troupe", true, PatchStrategy.ServerSideApply);
  const api = config.makeApiClient(ApiextensionsV1Api);
  for (;;) {
    const { status } = await api.readCustomResourceDefinition({ name });
    if (status?.conditions?.some((condition) => condition.type === "Established" && condition.status === "True")) return;
    await delay(50);
  }
}
