import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kubernetes, startKubernetes } from "@troupe/deploy/local/kubernetes";
import { type Nats, startNats } from "@troupe/deploy/local/nats";
import { type Nodes, startNodes } from "@troupe/deploy/local/nodes";
import { freePort } from "@troupe/deploy/local/ports";
import { type Postgres, startPostgres } from "@troupe/deploy/local/postgres";
import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { type Caller, callerOf, type Channel, openChannel } from "@troupe/runtime/grpc-client";
import { type CountingProxy, startCountingProxy } from "./counting-proxy.ts";
import { Service } from "./service.ts";

const root = join(import.meta.dirname, "../..");

export interface WorldOptions {
  /** More than one shares the clusters. Default 1. */
  readonly reconcilers?: number;
  readonly controls?: number;
  readonly nodes?: number;
  /** Reconcilers speak to the API server directly: for measuring. */
  readonly uncounted?: boolean;
}

/** The whole product on real parts, with a way in through each door and a hand on each part. */
export interface World {
  readonly postgres: Postgres;
  readonly nats: Nats;
  readonly kubernetes: Kubernetes;
  readonly nodes: Nodes;
  /** Counts what the reconcilers ask of Kubernetes. */
  readonly proxy: CountingProxy;
  readonly controls: readonly Service[];
  readonly gateway: Service;
  readonly reconcilers: readonly Service[];
  /** `host:port` of the public gRPC door. */
  readonly grpcAddress: string;
  /** `http://host:port`; `/graphql` below it. */
  readonly httpUrl: string;
  readonly apps: Caller<typeof AppServiceService>;
  readonly clusters: Caller<typeof ClusterServiceService>;
  readonly pipelines: Caller<typeof PipelineServiceService>;
  readonly events: Caller<typeof EventServiceService>;
  readonly system: Caller<typeof SystemServiceService>;
  readonly folder: string;
  stop(): Promise<void>;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-world-"));
  const [postgres, nats, kubernetes] = await Promise.all([startPostgres(), startNats(), startKubernetes()]);
  const nodes = await startNodes({ kubernetes, count: options.nodes ?? 3 });
  await kubernetes.kubectl("apply", "-f", join(root, "deploy/kubernetes/crds.yaml"));
  await kubernetes.kubectl("wait", "--for=condition=Established", "crd/clusterrecords.troupe.dev", "--timeout=30s");
  const proxy = await startCountingProxy(kubernetes);
  const kubeconfig = options.uncounted ? { file: kubernetes.kubeconfigPath, context: kubernetes.context } : { file: await writeKubeconfig(folder, proxy.url, kubernetes.token), context: "proxy" };
  const services = await makeServices(folder, options, { postgres, nats, kubeconfig });
  await Promise.all(services.controls.map((control) => control.start()));
  await Promise.all([services.gateway.start(), ...services.reconcilers.map((reconciler) => reconciler.start())]);
  const channel = openChannel(services.grpcAddress);
  return {
    postgres,
    nats,
    kubernetes,
    nodes,
    proxy,
    folder,
    ...services,
    ...callersOf(channel),
    async stop() {
      channel.close();
      await Promise.all([services.gateway, ...services.reconcilers].map((service) => service.stop()));
      await Promise.all(services.controls.map((service) => service.stop()));
      await proxy.stop();
      await nodes.stop();
      await Promise.all([kubernetes.stop(), nats.stop(), postgres.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}

function callersOf(channel: Channel): Pick<World, "apps" | "clusters" | "pipelines" | "events" | "system"> {
  return {
    apps: callerOf(AppServiceService, channel),
    clusters: callerOf(ClusterServiceService, channel),
    pipelines: callerOf(PipelineServiceService, channel),
    events: callerOf(EventServiceService, channel),
    system: callerOf(SystemServiceService, channel),
  };
}

interface Neighbours {
  readonly postgres: Postgres;
  readonly nats: Nats;
  readonly kubeconfig: { readonly file: string; readonly context: string };
}

async function makeServices(folder: string, { controls = 1, reconcilers = 1 }: WorldOptions, { postgres, nats, kubeconfig }: Neighbours) {
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const controlReplicas = await Promise.all(range(controls).map((replica) => makeControl(folder, replica, postgres, nats)));
  const controlAddress = controlReplicas[0]?.address ?? "";
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  const gateway = new Service({
    name: "gateway",
    logFolder: folder,
    health: httpUrl,
    env: { TROUPE_CONTROL_ADDRESS: controlAddress, TROUPE_HTTP_LISTEN: `127.0.0.1:${httpPort}`, TROUPE_GRPC_LISTEN: `127.0.0.1:${grpcPort}` },
  });
  const reconcilerReplicas = await Promise.all(range(reconcilers).map((replica) => makeReconciler(folder, replica, controlAddress, nats, kubeconfig)));
  return { controls: controlReplicas.map(({ service }) => service), gateway, reconcilers: reconcilerReplicas, grpcAddress: `127.0.0.1:${grpcPort}`, httpUrl };
}

async function makeControl(folder: string, replica: number, postgres: Postgres, nats: Nats) {
  const [port, healthPort] = [await freePort(), await freePort()];
  const env = {
    TROUPE_DATABASE_URL: postgres.url,
    TROUPE_NATS_URL: nats.url,
    TROUPE_CONTROL_LISTEN: `127.0.0.1:${port}`,
    TROUPE_CONTROL_HEALTH_LISTEN: `127.0.0.1:${healthPort}`,
  };
  const service = new Service({ name: "control", replica: String(replica), env, logFolder: folder, health: `http://127.0.0.1:${healthPort}` });
  return { service, address: `127.0.0.1:${port}` };
}

async function makeReconciler(folder: string, replica: number, controlAddress: string, nats: Nats, kubeconfig: Neighbours["kubeconfig"]): Promise<Service> {
  const healthPort = await freePort();
  const env = {
    TROUPE_CONTROL_ADDRESS: controlAddress,
    TROUPE_NATS_URL: nats.url,
    TROUPE_KUBECONFIG: kubeconfig.file,
    TROUPE_CONTEXT: kubeconfig.context,
    TROUPE_RECONCILER_HEALTH_LISTEN: `127.0.0.1:${healthPort}`,
  };
  return new Service({ name: "reconciler", replica: String(replica), env, logFolder: folder, health: `http://127.0.0.1:${healthPort}` });
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

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
