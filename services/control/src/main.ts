import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readEnvironment } from "@troupe/runtime/environment";
import { makeServer } from "@troupe/runtime/grpc-server";
import { serveHealth } from "@troupe/runtime/http";
import { makeLog } from "@troupe/runtime/log";
import { makeMetrics } from "@troupe/runtime/metrics";
import { connectBus } from "@troupe/runtime/nats";
import { main } from "@troupe/runtime/process";
import { configSchema } from "./config.ts";
import { assembleControl } from "./assembly.ts";
import { openDatabase } from "./db/data-source.ts";
import { limits } from "./grpc/system-handlers.ts";

await main(() => {
  const settings = readEnvironment(configSchema, process.env);
  const log = makeLog({ service: "control" }, settings.TROUPE_LOG_LEVEL);
  const metrics = makeMetrics({ service: "control" });
  const database = openDatabase({ url: settings.TROUPE_DATABASE_URL, log });
  const bus = connectBus({ url: settings.TROUPE_NATS_URL, name: "troupe-control", log });
  const control = assembleControl({ database, bus, log, version: versionOf(join(import.meta.dirname, "../package.json")), nowMs: () => Date.now(), random: Math.random });
  const health = serveHealth({ listen: settings.TROUPE_CONTROL_HEALTH_LISTEN, ready: control.ready, metrics, log });
  const grpc = makeServer({
    listen: settings.TROUPE_CONTROL_LISTEN,
    log,
    metrics,
    services: control.services,
    maxMessageBytes: limits.messageBytes,
    reflection: readFileSync(join(import.meta.dirname, "../../../proto/gen/descriptors.bin")),
  });
  return { log, parts: [health, ...control.parts, grpc] };
});

function versionOf(packageFile: string): string {
  const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { readonly version: string };
  return version;
}
