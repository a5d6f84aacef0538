import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { Failure } from "@troupe/domain/failure";
import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { type Handlers, makeServer, serviceOf } from "@troupe/runtime/grpc-server";
import { silentLog } from "@troupe/runtime/log";

interface Fakes {
  readonly apps?: Partial<Handlers<typeof AppServiceService>>;
  readonly clusters?: Partial<Handlers<typeof ClusterServiceService>>;
  readonly pipelines?: Partial<Handlers<typeof PipelineServiceService>>;
  readonly events?: Partial<Handlers<typeof EventServiceService>>;
}

export interface Gateway {
  /** `host:port`, of GraphQL and of gRPC. */
  readonly http: string;
  readonly grpc: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** The gateway as a process, and in place of control what the test says. */
export async function startGateway(fakes: Fakes, env: NodeJS.ProcessEnv = {}): Promise<Gateway> {
  const info = async () => SystemServiceService.getInfo.responseDeserialize(Buffer.alloc(0));
  const services = [fake(AppServiceService, fakes.apps), fake(ClusterServiceService, fakes.clusters), fake(PipelineServiceService, fakes.pipelines), fake(EventServiceService, fakes.events), fake(SystemServiceService, { getInfo: info })];
  const control = makeServer({ listen: { host: "127.0.0.1", port: 0 }, log: silentLog, services });
  await control.start(new AbortController().signal);
  const listen = { TROUPE_HTTP_LISTEN: "127.0.0.1:0", TROUPE_GRPC_LISTEN: "127.0.0.1:0" };
  const child = spawn(process.execPath, [join(import.meta.dirname, "../src/main.ts")], { stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env["PATH"], TROUPE_CONTROL_ADDRESS: control.address(), ...listen, ...env } });
  const exited = once(child, "exit");
  const { http = "", grpc = "" } = await addressesOf(child);
  return {
    http,
    grpc,
    child,
    stop: async () => {
      child.kill();
      await exited;
      await control.stop();
    },
  };
}

/** Methods that the test says nothing about fail. */
function fake<D extends ServiceDefinition>(definition: D, handlers: Partial<Handlers<D>> = {}) {
  const unheard = () => {
    throw new Failure("conflict", "the test gave no answer to this");
  };
  return serviceOf(definition, { ...Object.fromEntries(Object.keys(definition).map((name) => [name, unheard])), ...handlers } as unknown as Handlers<D>);
}

/** The log says where it listens. */
async function addressesOf({ stdout }: ChildProcess): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  if (stdout === null) throw new Error("the gateway has no output");
  for await (const line of createInterface({ input: stdout })) {
    const { part, address } = JSON.parse(line) as { readonly part?: string; readonly address?: string };
    if (part !== undefined && address !== undefined) found[part] = address;
    if (found["http"] !== undefined && found["grpc"] !== undefined) break;
  }
  stdout.resume();
  return found;
}
