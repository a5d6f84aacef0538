import type { JsonObject } from "@troupe/domain/json";
import type { KindName } from "../kube/kinds.ts";
import type { ObjectKey } from "../kube/kube.ts";
import { claimFinalizer, type FakeKube, type Stored } from "./fake-kube.ts";

/**
 * What scheduler, kubelets and the controllers of claims do, all at once: pods run and are ready, those that were deleted
 * end, claims are bound, and released where no pod uses them. Answers whether there was anything to do.
 */
export function settle(kube: FakeKube): boolean {
  const claims = kube.all("PersistentVolumeClaim").map((claim) => settleClaim(kube, claim));
  const pods = kube.all("Pod").map((pod) => settlePod(kube, pod));
  return [...claims, ...pods].some(Boolean);
}

/** Does so whenever a pod or a claim changes, until the signal. */
export async function keepSettled(kube: FakeKube, signal: AbortSignal): Promise<void> {
  const follow = async (kind: KindName) => {
    const { resourceVersion } = await kube.list(kind, undefined);
    for await (const events of kube.watch(kind, resourceVersion, signal)) if (events.length > 0) settle(kube);
  };
  await Promise.allSettled([follow("Pod"), follow("PersistentVolumeClaim")]);
}

function settlePod(kube: FakeKube, pod: Stored): boolean {
  const key = keyOf("Pod", pod);
  if (pod.metadata["deletionTimestamp"] !== undefined) {
    kube.erase(key);
    return true;
  }
  if (pod["status"] !== undefined) return false;
  kube.edit(key, (object) => ({ ...object, spec: { ...(object["spec"] as JsonObject), nodeName: "node-0" }, status: running }));
  return true;
}

const running: JsonObject = {
  phase: "Running",
  conditions: [{ type: "PodScheduled", status: "True" }, { type: "Ready", status: "True" }],
  containerStatuses: [{ name: "main", started: true, restartCount: 0, state: { running: {} } }],
};

function settleClaim(kube: FakeKube, claim: Stored): boolean {
  const key = keyOf("PersistentVolumeClaim", claim);
  if (claim.metadata["deletionTimestamp"] !== undefined) {
    if (isUsed(kube, claim)) return false;
    kube.edit(key, (object) => ({ ...object, metadata: { ...object.metadata, finalizers: (object.metadata["finalizers"] as string[]).filter((each) => each !== claimFinalizer) } }));
    return true;
  }
  if (claim["status"] !== undefined) return false;
  kube.edit(key, (object) => ({ ...object, status: { phase: "Bound" } }));
  return true;
}

function isUsed(kube: FakeKube, { metadata }: Stored): boolean {
  return kube.all("Pod").some((pod) => JSON.stringify(pod["spec"]).includes(`"claimName":"${metadata.name}"`));
}

function keyOf(kind: KindName, { metadata }: Stored): ObjectKey {
  return { kind, namespace: metadata.namespace, name: metadata.name };
}
