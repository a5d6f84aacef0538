import type { Nats } from "@troupe/deploy/local/nats";
import { freePort } from "@troupe/deploy/local/ports";
import type { Postgres } from "@troupe/deploy/local/postgres";
import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { type Caller, callerOf, type Channel, openChannel } from "@troupe/runtime/grpc-client";
import { Service } from "./service.ts";

export interface ProductOptions {
  /** More than one shares the clusters. Default 1. */
  readonly reconcilers?: number;
  readonly controls?: number;
}

/** Our services as they run, with a way in through each door. */
export interface Product {
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
  stop(): Promise<void>;
}

/** What they run on. */
export interface Neighbours {
  readonly postgres: Pick<Postgres, "url">;
  readonly nats: Pick<Nats, "url">;
  readonly kubeconfig: { readonly file: string; readonly context: string };
}

/** `folder`: for their logs. */
export async function startProduct(folder: string, options: ProductOptions, neighbours: Neighbours): Promise<Product> {
  const services = await makeServices(folder, options, neighbours);
  await Promise.all(services.controls.map((control) => control.start()));
  await Promise.all([services.gateway.start(), ...services.reconcilers.map((reconciler) => reconciler.start())]);
  const channel = openChannel(services.grpcAddress);
  return {
    ...services,
    ...callersOf(channel),
    async stop() {
      channel.close();
      await Promise.all([services.gateway, ...services.reconcilers].map((service) => service.stop()));
      await Promise.all(services.controls.map((service) => service.stop()));
    },
  };
}

function callersOf(channel: Channel): Pick<Product, "apps" | "clusters" | "pipelines" | "events" | "system"> {
  return {
    apps: callerOf(AppServiceService, channel),
    clusters: callerOf(ClusterServiceService, channel),
    pipelines: callerOf(PipelineServiceService, channel),
    events: callerOf(EventServiceService, channel),
    system: callerOf(SystemServiceService, channel),
  };
}

async function makeServices(folder: string, { controls = 1, reconcilers = 1 }: ProductOptions, { postgres, nats, kubeconfig }: Neighbours) {
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

async function makeControl(folder: string, replica: number, postgres: Neighbours["postgres"], nats: Neighbours["nats"]) {
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

async function makeReconciler(folder: string, replica: number, controlAddress: string, nats: Neighbours["nats"], kubeconfig: Neighbours["kubeconfig"]): Promise<Service> {
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

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
