import type { V1Pod } from "@kubernetes/client-node";
import { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { parseDocument } from "yaml";
import { eventually } from "../world/eventually.ts";
import { apply, catalogueManifest, manifestOf, ready } from "../world/steps.ts";
import { memoryOf } from "./memory.ts";
import type { Stage } from "./stage.ts";

/** What the tests of applications do over and over. */

/** Publishes a definition of the catalogue with its package. `change`: what is to be different in its text. */
export async function publish(stage: Stage, app: string, change: (text: string) => string = (text) => text): Promise<void> {
  const manifest = await catalogueManifest(app);
  await stage.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: { ...manifest, text: change(manifest.text) } });
}

/** Publishes a definition that is not of the catalogue. */
export async function publishText(stage: Stage, text: string): Promise<void> {
  await stage.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: manifestOf(text) });
}

/** The same definition without some of its fields, each by its path: of hooks that cannot run yet, say. */
export function without(...paths: readonly string[]): (text: string) => string {
  return (text) => {
    const document = parseDocument(text, { merge: true });
    for (const path of paths) if (!document.deleteIn(path.split("."))) throw new Error(`the definition has no ${path}`);
    return document.toString();
  };
}

/** Applies one Cluster document, waits until it is Ready, and answers with its resource name; prints how long that took, and the memory of a member of each role. */
export async function start(stage: Stage, text: string, seconds = 600): Promise<string> {
  const startedMs = performance.now();
  const { cluster } = await apply(stage, text);
  const { name = "" } = cluster ?? {};
  await ready(stage, name, seconds);
  const readySeconds = (performance.now() - startedMs) / 1000;
  const { namespace, id } = partsOf(name);
  const memory = [...(await memoryOf(stage.kubernetes, namespace, id))].map(([role, mib]) => `${role} ${mib} MiB`);
  console.log(`${name}: Ready after ${readySeconds.toFixed(1)} s; memory of a member: ${memory.join(", ")}`);
  return name;
}

/** Stops all members of a cluster, or starts them again, and waits until that is done. */
export async function turn(stage: Stage, name: string, { stopped }: { readonly stopped: boolean }, seconds = 600): Promise<void> {
  const source = { $case: "cluster" as const, value: Cluster.fromPartial({ spec: { stopped } }) };
  await stage.clusters.update({ name, source, updateMask: ["spec.stopped"], allowMissing: false, etag: "", requestId: "", validateOnly: false });
  await ready(stage, name, seconds);
}

function partsOf(name: string): { readonly namespace: string; readonly id: string } {
  const [, namespace = "", , id = ""] = name.split("/");
  return { namespace, id };
}

export async function podNamed(stage: Stage, namespace: string, pod: string): Promise<V1Pod> {
  const { status, body } = await stage.kubernetes.request("GET", `/api/v1/namespaces/${namespace}/pods/${pod}`);
  if (status !== 200) throw new Error(`pod ${namespace}/${pod}: ${status}`);
  return body as V1Pod;
}

/** Deletes a pod, as a person or a drained node does, and resolves when another of its name is ready. */
export async function replacePod(stage: Stage, namespace: string, pod: string, timeoutMs = 180_000): Promise<void> {
  const { metadata: before } = await podNamed(stage, namespace, pod);
  await stage.kubernetes.kubectl("delete", "pod", "-n", namespace, pod, "--wait=false");
  await eventually(
    `${pod} is another pod, and ready`,
    async () => {
      const { metadata, status } = await podNamed(stage, namespace, pod);
      return metadata?.uid !== before?.uid && status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
    },
    timeoutMs,
  );
}
