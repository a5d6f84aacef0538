import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNats } from "@troupe/deploy/local/nats";
import { startPostgres } from "@troupe/deploy/local/postgres";
import { type RealCluster, startRealCluster } from "../node/cluster.ts";
import { buildImage } from "../node/images/build.ts";
import { type Product, startProduct } from "../world/product.ts";
import { installRecords } from "../world/world.ts";
import { tidyUp } from "./tidy.ts";

/** The product on nodes whose containers run. */
export interface Stage extends Product {
  readonly kubernetes: RealCluster;
  /** The image of an application, on every node: what a Cluster of it has to name. */
  imageOf(application: string): Promise<string>;
  /** What a command prints in the main container of a member; rejects with what it says when it fails. */
  exec(namespace: string, pod: string, ...command: readonly string[]): Promise<string>;
}

export async function startStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-stage-"));
  const [postgres, nats, kubernetes] = await Promise.all([startPostgres(), startNats(), startRealCluster()]);
  const clear = async () => {
    await kubernetes.stop();
    await Promise.all([nats.stop(), postgres.stop()]);
    await rm(folder, { recursive: true });
  };
  const start = async () => {
    await installRecords(kubernetes);
    return startProduct(folder, {}, { postgres, nats, kubeconfig: { file: kubernetes.kubeconfigPath, context: kubernetes.context } });
  };
  // Whoever has no stage cannot stop it.
  const product = await start().catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  return {
    ...product,
    kubernetes,
    imageOf: async (application) => {
      const { reference, archive } = await buildImage(application);
      if (kubernetes.ours) await kubernetes.importImage(archive);
      return reference;
    },
    exec: (namespace, pod, ...command) => kubernetes.kubectl("exec", "-n", namespace, pod, "-c", "main", "--", ...command),
    async stop() {
      if (!kubernetes.ours) await tidyUp(product);
      await product.stop();
      await clear();
    },
  };
}
