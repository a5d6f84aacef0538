import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { exitInWords, hostEnvironment, type Part, startPart } from "./part.ts";
import type { Ports } from "./settings.ts";
import { until } from "./until.ts";

const root = join(import.meta.dirname, "../..");

export type ServiceName = "control" | "reconciler" | "gateway";

/** What Troupe's services run on. */
export interface Surroundings {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly kubeconfig: string;
  readonly context: string | undefined;
  readonly ports: Ports;
  readonly logFolder: string;
}

interface Plan {
  readonly env: Readonly<Record<string, string>>;
  /** Port of `/readyz`. */
  readonly health: number;
}

export function planOf(name: ServiceName, { databaseUrl, natsUrl, kubeconfig, context, ports }: Surroundings): Plan {
  const control = `127.0.0.1:${ports.control}`;
  switch (name) {
    case "control":
      return {
        health: ports.controlHealth,
        env: { TROUPE_DATABASE_URL: databaseUrl, TROUPE_NATS_URL: natsUrl, TROUPE_CONTROL_LISTEN: control, TROUPE_CONTROL_HEALTH_LISTEN: `127.0.0.1:${ports.controlHealth}` },
      };
    case "reconciler":
      return {
        health: ports.reconciler,
        env: {
          TROUPE_CONTROL_ADDRESS: control,
          TROUPE_NATS_URL: natsUrl,
          TROUPE_KUBECONFIG: kubeconfig,
          ...(context !== undefined && { TROUPE_CONTEXT: context }),
          TROUPE_RECONCILER_HEALTH_LISTEN: `127.0.0.1:${ports.reconciler}`,
        },
      };
    case "gateway":
      return {
        health: ports.gatewayHttp,
        env: { TROUPE_CONTROL_ADDRESS: control, TROUPE_HTTP_LISTEN: `127.0.0.1:${ports.gatewayHttp}`, TROUPE_GRPC_LISTEN: `127.0.0.1:${ports.gatewayGrpc}` },
      };
  }
}

export interface KeptService {
  readonly name: ServiceName;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Starts a service and keeps it: when it dies that is said, and it is started again, later and later if it goes on dying. */
export async function keepService(name: ServiceName, surroundings: Surroundings, say: (line: string) => void, signal: AbortSignal): Promise<KeptService> {
  const { env, health } = planOf(name, surroundings);
  const logFile = join(surroundings.logFolder, `${name}.log`);
  const stopping = new AbortController();
  const launch = (): Promise<Part> =>
    startPart({ name, command: process.execPath, args: [join(root, `services/${name}/src/main.ts`)], env: { ...hostEnvironment(), ...env }, logFile });
  let part = await launch();
  const kept = keep();
  await untilReady(part, health, AbortSignal.any([signal, stopping.signal]));
  return {
    name,
    logFile,
    async stop() {
      stopping.abort();
      await part.stop();
      await kept;
    },
  };

  async function keep(): Promise<void> {
    for (let deaths = 0; ; deaths += 1) {
      const startedMs = performance.now();
      const exit = await part.exited;
      if (exit.asked || stopping.signal.aborted) return;
      const againInMs = performance.now() - startedMs > 60_000 ? 1_000 : Math.min(30_000, 1_000 * 2 ** deaths);
      say(`${exitInWords(exit)}\n    starting ${name} again in ${againInMs / 1000} s`);
      await delay(againInMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      part = await launch();
    }
  }
}

/** A first start that ends at once is told with the end of its log, not with a time-out. */
async function untilReady(part: Part, port: number, signal: AbortSignal): Promise<void> {
  const died = new AbortController();
  void part.exited.then((exit) => died.abort(new Error(exitInWords(exit))));
  const isReady = async () => {
    died.signal.throwIfAborted();
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined); // not listening yet
    return answer?.ok === true ? true : undefined;
  };
  await until(isReady, { what: `${part.name} to be ready`, timeoutMs: 60_000, everyMs: 50, signal: AbortSignal.any([signal, died.signal]) });
}
