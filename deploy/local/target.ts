import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ApiextensionsV1Api, KubeConfig, KubernetesObjectApi, loadYaml, PatchStrategy } from "@kubernetes/client-node";

interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/**
 * Installs Troupe's definition of custom resources in a target, or brings it up to date, and waits until it is served.
 * Rejects with a sentence for the person who named the target.
 */
export async function readyTarget(kubeconfig: string, context: string | undefined): Promise<void> {
  const config = configOf(kubeconfig, context);
  try {
    await installDefinition(config);
  } catch (error) {
    throw new Error(`the Kubernetes at ${config.getCurrentCluster()?.server} (context ${config.getCurrentContext()} of ${kubeconfig}) cannot be used: ${innermost(error)}`, { cause: error });
  }
}

function configOf(kubeconfig: string, context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  if (config.getCurrentCluster() !== null) return config;
  const known = config.getContexts().map(({ name }) => name);
  throw new Error(`${kubeconfig} has no ${context === undefined ? "current context" : `context ${context}`}: ${known.length > 0 ? `name one with --context: ${known.join(", ")}` : "it has none at all"}`);
}

/** What was thrown first: libraries wrap it in words that say less. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return innermost(error.cause);
  return error.message || ("code" in error ? String(error.code) : error.name);
}

async function installDefinition(config: KubeConfig): Promise<void> {
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
