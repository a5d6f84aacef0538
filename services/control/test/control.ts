import { type Nats, startNats } from "@troupe/deploy/local/nats";
import { ReconcilerServiceService } from "@troupe/proto/troupe/internal/v1/reconciler";
import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import type { Bus } from "@troupe/runtime/bus";
import { type Caller, callerOf, openChannel } from "@troupe/runtime/grpc-client";
import { makeServer } from "@troupe/runtime/grpc-server";
import { makeLog } from "@troupe/runtime/log";
import { connectBus } from "@troupe/runtime/nats";
import { assembleControl, type Control } from "../src/assembly.ts";
import { type Database, openDatabase } from "../src/db/data-source.ts";
import { type Databases, startDatabases } from "./database.ts";

/** What goes wrong inside is seen in the test's output. */
const log = makeLog({}, "error");

/** A replica of control in this process, and callers of its services. */
export interface Replica extends Control {
  readonly address: string;
  readonly database: Database;
  readonly bus: Bus;
  readonly apps: Caller<typeof AppServiceService>;
  readonly clusters: Caller<typeof ClusterServiceService>;
  readonly pipelines: Caller<typeof PipelineServiceService>;
  readonly events: Caller<typeof EventServiceService>;
  readonly system: Caller<typeof SystemServiceService>;
  readonly reconciler: Caller<typeof ReconcilerServiceService>;
  stop(): Promise<void>;
}

export interface Neighbours {
  readonly databases: Databases;
  readonly nats: Nats;
  stop(): Promise<void>;
}

export async function startNeighbours(): Promise<Neighbours> {
  const [databases, nats] = await Promise.all([startDatabases(), startNats()]);
  return {
    databases,
    nats,
    stop: async () => {
      await Promise.all([databases.stop(), nats.stop()]);
    },
  };
}

/** With a database of its own, unless it is given another replica's. */
export async function startReplica({ databases, nats }: Neighbours, url?: string): Promise<Replica & { readonly url: string }> {
  const databaseUrl = url ?? (await databases.makeUrl());
  const database = openDatabase({ url: databaseUrl, log });
  const bus = connectBus({ url: nats.url, name: "control-test", log });
  const control = assembleControl({ database, bus, log, version: "0.0.0", nowMs: () => Date.now(), random: Math.random });
  const server = makeServer({ listen: { host: "127.0.0.1", port: 0 }, log, services: control.services });
  const parts = [...control.parts, server];
  for (const part of parts) await part.start(new AbortController().signal);
  await database.connect(AbortSignal.timeout(30_000));
  const channel = openChannel(server.address());
  return {
    ...control,
    url: databaseUrl,
    address: server.address(),
    database,
    bus,
    apps: callerOf(AppServiceService, channel),
    clusters: callerOf(ClusterServiceService, channel),
    pipelines: callerOf(PipelineServiceService, channel),
    events: callerOf(EventServiceService, channel),
    system: callerOf(SystemServiceService, channel),
    reconciler: callerOf(ReconcilerServiceService, channel),
    stop: async () => {
      channel.close();
      for (const part of parts.toReversed()) await part.stop();
    },
  };
}
