import { type Cluster, VolumeDeletion } from "@troupe/proto/troupe/v1/cluster";
import { eventually } from "../world/eventually.ts";
import type { Product } from "../world/product.ts";

type Doors = Pick<Product, "clusters" | "pipelines">;

/** Deletes all clusters of this product with their volumes: in a Kubernetes that is somebody's nothing of ours stays. */
export async function tidyUp(product: Doors): Promise<void> {
  await eventually("all clusters are gone", async () => {
    const { pipelines } = await product.pipelines.list({ parent: "projects/-", pageSize: 0, pageToken: "" });
    const { clusters } = await product.clusters.list({ parent: "projects/-", pageSize: 0, pageToken: "", filter: "", orderBy: "" });
    await Promise.all([...pipelines.map((pipeline) => remove(product.pipelines, pipeline)), ...clusters.map((cluster) => remove(product.clusters, cluster))]);
    return clusters.length === 0;
  }, 300_000);
}

/** What others still need is refused, and goes in its turn. */
async function remove(door: Doors["clusters"] | Doors["pipelines"], { name, deleteTime }: Pick<Cluster, "name" | "deleteTime">): Promise<void> {
  if (deleteTime !== undefined) return;
  const confirm = name.split("/").at(-1) ?? "";
  await door.delete({ name, volumes: VolumeDeletion.VOLUME_DELETION_DELETE, confirm, etag: "", requestId: "", validateOnly: false, allowMissing: true }).catch(() => undefined);
}
