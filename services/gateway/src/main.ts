import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { readEnvironment } from "@troupe/runtime/environment";
import { openChannel } from "@troupe/runtime/grpc-client";
import { makeServer } from "@troupe/runtime/grpc-server";
import { type Check, healthHandler } from "@troupe/runtime/http";
import { makeLog } from "@troupe/runtime/log";
import { makeMetrics } from "@troupe/runtime/metrics";
import { main } from "@troupe/runtime/process";
import { configSchema, refuseOpenDoors } from "./config.ts";
import { controlOf } from "./control.ts";
import { makeHttpServer } from "./graphql/server.ts";
import { forwardTo } from "./grpc/forward.ts";

await main(() => {
  const settings = readEnvironment(configSchema, process.env);
  const { TROUPE_HTTP_LISTEN, TROUPE_GRPC_LISTEN } = settings;
  refuseOpenDoors({ TROUPE_HTTP_LISTEN, TROUPE_GRPC_LISTEN }, settings.TROUPE_UNAUTHENTICATED === "accept");
  const log = makeLog({ service: "gateway" }, settings.TROUPE_LOG_LEVEL);
  const metrics = makeMetrics({ service: "gateway" });
  const channel = openChannel(settings.TROUPE_CONTROL_ADDRESS, "control");
  const control = controlOf(channel);

  const ready = async (): Promise<readonly Check[]> => {
    const ok = await control.system.getInfo({}, { deadlineMs: 1_500 }).then(() => true, () => false);
    return [{ name: "control", ok, ...(ok ? {} : { detail: "does not answer" }) }];
  };
  const http = makeHttpServer({ listen: TROUPE_HTTP_LISTEN, control, health: healthHandler({ ready, metrics }), introspection: settings.TROUPE_INTROSPECTION === "on", log });
  const grpc = makeServer({
    listen: TROUPE_GRPC_LISTEN,
    log,
    metrics,
    services: [AppServiceService, ClusterServiceService, PipelineServiceService, EventServiceService, SystemServiceService].map((definition) => forwardTo(definition, channel, () => Date.now())),
    reflection: readFileSync(join(import.meta.dirname, "../../../proto/gen/descriptors.bin")),
  });
  const connection = { name: "control", start: async () => {}, stop: async () => channel.close() };
  log.info({}, "nobody is authenticated: whoever reaches these addresses may do anything");
  return { log, parts: [connection, http, grpc] };
});
