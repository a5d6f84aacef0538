import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kubernetes, startKubernetes } from "@troupe/deploy/local/kubernetes";
import { type Nats, startNats } from "@troupe/deploy/local/nats";
import { type Nodes, startNodes } from "@troupe/deploy/local/nodes";
import { type Postgres, startPostgres } from "@troupe/deploy/local/postgres";
import { type CountingProxy, startCountingProxy } from "./counting-proxy.ts";
import { type Product, type ProductOptions, startProduct } from "./product.ts";

const root = join(import.meta.dirname, "../..");

export interface WorldOptions extends ProductOptions {
  readonly nodes?: number;
  /** Reconcilers speak to the API server directly: for measuring. */
  readonly uncounted?: boolean;
}

/** The whole product on real parts, with a way in through each door and a hand on each part. */
export interface World extends Product {
  readonly postgres: Postgres;
  readonly nats: Nats;
  readonly kubernetes: Kubernetes;
  readonly nodes: Nodes;
  /** Counts what the reconcilers ask of Kubernetes. */
  readonly proxy: CountingProxy;
  readonly folder: string;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-world-"));
  const [postgres, nats, kubernetes] = await Promise.all([startPostgres(), startNats(), startKubernetes()]);
  const nodes = await startNodes({ kubernetes, count: options.nodes ?? 3 });
  await installRecords(kubernetes);
  const proxy = await startCountingProxy(kubernetes);
  const kubeconfig = options.uncounted ? { file: kubernetes.kubeconfigPath, context: kubernetes.context } : { file: await writeKubeconfig(folder, proxy.url, kubernetes.token), context: "proxy" };
  const product = await startProduct(folder, options, { postgres, nats, kubeconfig });
  return {
    postgres,
    nats,
    kubernetes,
    nodes,
    proxy,
    folder,
    ...product,
    async stop() {
      await product.stop();
      await proxy.stop();
      await nodes.stop();
      await Promise.all([kubernetes.stop(), nats.stop(), postgres.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** As an administrator does once for a target. */
export async function installRecords({ kubectl }: Pick<Kubernetes, "kubectl">): Promise<void> {
  await kubectl("apply", "-f", join(root, "deploy/kubernetes/crds.yaml"));
  await kubectl("wait", "--for=condition=Established", "crd/clusterrecords.troupe.dev", "--timeout=30s");
}

async function writeKubeconfig(folder: string, server: string, token: string): Promise<string> {
  const file = join(folder, "kubeconfig");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "proxy", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "proxy", user: { token } }],
    contexts: [{ name: "proxy", context: { cluster: "proxy", user: "proxy" } }],
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
