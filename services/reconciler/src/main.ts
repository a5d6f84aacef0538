import { connectBus } from "@troupe/runtime/nats";
import { readEnvironment } from "@troupe/runtime/environment";
import { openChannel } from "@troupe/runtime/grpc-client";
import { serveHealth } from "@troupe/runtime/http";
import { makeLog } from "@troupe/runtime/log";
import { makeMetrics } from "@troupe/runtime/metrics";
import { main } from "@troupe/runtime/process";
import { configSchema } from "./config.ts";
import { Credentials } from "./kube/credentials.ts";
import { HttpKube } from "./kube/http-kube.ts";
import { Reconciler } from "./reconciler.ts";

await main(() => {
  const settings = readEnvironment(configSchema, process.env);
  const { TROUPE_TARGET: target, TROUPE_KUBECONFIG: file, TROUPE_CONTEXT: context } = settings;
  const log = makeLog({ service: "reconciler", target }, settings.TROUPE_LOG_LEVEL);
  const metrics = makeMetrics({ service: "reconciler", target });
  const requests = metrics.counter("troupe_kubernetes_requests_total", "Requests to the target's API server", ["verb", "kind"]);
  const nowMs = () => performance.now();

  const credentials = new Credentials(file === undefined ? { kind: "in-cluster" } : { kind: "kubeconfig", file, context }, nowMs);
  const kube = new HttpKube({ credentials, onRequest: (verb, kind) => requests.add({ verb, kind }) });
  const bus = connectBus({ url: settings.TROUPE_NATS_URL, name: "reconciler", log });
  const control = openChannel(settings.TROUPE_CONTROL_ADDRESS, "control");
  const reconciler = new Reconciler({ target, domain: settings.TROUPE_CLUSTER_DOMAIN, kube, bus, control, log, nowMs, wallClockMs: () => Date.now(), random: Math.random });
  const connections = {
    name: "connections",
    start: async () => {},
    stop: async () => {
      await bus.close();
      control.close();
      await kube.close();
    },
  };
  const health = serveHealth({ listen: settings.TROUPE_RECONCILER_HEALTH_LISTEN, ready: async () => reconciler.checks(), metrics, log });
  return { log, parts: [connections, health, reconciler] };
});
