import type { V1PodList } from "@kubernetes/client-node";
import type { RealCluster } from "../node/cluster.ts";

/** Of each role of a cluster, the MiB that the process of its largest member uses, as the kubelets count it (the working set). */
export async function memoryOf({ nodes, kubectl }: RealCluster, namespace: string, cluster: string): Promise<ReadonlyMap<string, number>> {
  const { items } = JSON.parse(await kubectl("get", "pods", "-n", namespace, "-l", `app.kubernetes.io/instance=${cluster}`, "-o", "json")) as V1PodList;
  const metrics = (await Promise.all(nodes.map(({ name }) => kubectl("get", "--raw", `/api/v1/nodes/${name}/proxy/metrics/resource`)))).join("\n");
  const largest = new Map<string, number>();
  for (const { metadata } of items) {
    const role = metadata?.labels?.["troupe.dev/role"] ?? "";
    const [, bytes = "0"] = new RegExp(`^container_memory_working_set_bytes{container="main",namespace="${namespace}",pod="${metadata?.name}"} (\\S+)`, "m").exec(metrics) ?? [];
    largest.set(role, Math.max(largest.get(role) ?? 0, Math.round(Number(bytes) / (1 << 20))));
  }
  return largest;
}
