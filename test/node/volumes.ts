import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ApiException, CoreV1Api, type Informer, KubeConfig, type KubernetesObject, makeInformer, type V1PersistentVolume, type V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { StorageClass } from "@troupe/deploy/local/kubernetes";

/** Volumes are where the first pod is put that wants them, and can be nowhere else afterwards. */
export const localClass: StorageClass = { name: "standard", provisioner: "troupe.test/local", allowVolumeExpansion: false, volumeBindingMode: "WaitForFirstConsumer" };

const selectedNode = "volume.kubernetes.io/selected-node"; // says the scheduler
const provisionedBy = "pv.kubernetes.io/provisioned-by";

/** Where a node of ours keeps volumes; nothing for one that is lost. */
export type VolumesFolderOf = (node: string) => string | undefined;

/** Makes a folder for each claim on its node, and removes it when the claim is gone. Runs in this process. */
export async function startVolumes(kubeconfigPath: string, folderOf: VolumesFolderOf): Promise<{ stop(): Promise<void> }> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const api = config.makeApiClient(CoreV1Api);
  const stopped = new AbortController();
  const claims = makeInformer<V1PersistentVolumeClaim>(config, "/api/v1/persistentvolumeclaims", () => api.listPersistentVolumeClaimForAllNamespaces());
  const volumes = makeInformer<V1PersistentVolume>(config, "/api/v1/persistentvolumes", () => api.listPersistentVolume());
  const stops = [
    await follow(claims, (claim) => provide(api, claim, folderOf), stopped.signal), //
    await follow(volumes, (volume) => reclaim(api, volume, folderOf), stopped.signal),
  ];
  return {
    stop: async () => {
      stopped.abort();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** Sees each object now and whenever it changes; what fails is tried again. A watch that broke is begun again. */
async function follow<T extends KubernetesObject>(informer: Informer<T>, see: (object: T) => Promise<void>, stopped: AbortSignal): Promise<() => Promise<void>> {
  const untilDone = async (act: () => Promise<void>): Promise<void> => {
    while (!stopped.aborted) {
      try {
        return await act();
      } catch (error) {
        if (stopped.aborted) return;
        console.error("volumes of real nodes:", error instanceof Error ? error.message : error);
        await delay(500, undefined, { signal: stopped }).catch(() => {});
      }
    }
  };
  for (const verb of ["add", "update"] as const) informer.on(verb, (object) => void untilDone(() => see(object)));
  informer.on("error", () => void untilDone(() => informer.start()));
  await informer.start();
  return () => informer.stop();
}

async function provide(api: CoreV1Api, claim: V1PersistentVolumeClaim, folderOf: VolumesFolderOf): Promise<void> {
  const { metadata, spec, status } = claim;
  const node = metadata?.annotations?.[selectedNode];
  if (spec?.storageClassName !== localClass.name || status?.phase !== "Pending" || node === undefined) return;
  const name = `pvc-${metadata?.uid}`;
  const folder = folderOf(node);
  if (folder === undefined) return;
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777); // whoever a pod runs as
  await api.createPersistentVolume({ body: renderVolume(name, node, path, claim) }).catch(unless(409));
}

function renderVolume(name: string, node: string, path: string, { metadata, spec }: V1PersistentVolumeClaim): V1PersistentVolume {
  return {
    metadata: { name, annotations: { [provisionedBy]: localClass.provisioner } },
    spec: {
      storageClassName: localClass.name,
      capacity: { storage: spec?.resources?.requests?.["storage"] ?? "0" },
      accessModes: spec?.accessModes ?? [],
      volumeMode: "Filesystem",
      persistentVolumeReclaimPolicy: "Delete",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: metadata?.namespace ?? "", name: metadata?.name ?? "", uid: metadata?.uid ?? "" },
      local: { path }, // of this kind kubelet gives the group of the pod
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] }] } },
    },
  };
}

async function reclaim(api: CoreV1Api, { metadata, spec, status }: V1PersistentVolume, folderOf: VolumesFolderOf): Promise<void> {
  const isOurs = metadata?.annotations?.[provisionedBy] === localClass.provisioner;
  if (!isOurs || status?.phase !== "Released" || spec?.persistentVolumeReclaimPolicy !== "Delete") return;
  const [node = ""] = spec.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values ?? [];
  const name = metadata?.name ?? "";
  const folder = folderOf(node);
  if (folder !== undefined) await rm(join(folder, name), { recursive: true, force: true });
  await api.deletePersistentVolume({ name }).catch(unless(404));
}

/** Somebody was faster. */
function unless(code: number): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof ApiException && error.code === code)) throw error;
  };
}
