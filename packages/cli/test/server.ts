import { Failure } from "@troupe/domain/failure";
import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { type Handlers, makeServer, serviceOf } from "@troupe/runtime/grpc-server";
import { silentLog } from "@troupe/runtime/log";

export interface Fakes {
  readonly apps?: Partial<Handlers<typeof AppServiceService>>;
  readonly clusters?: Partial<Handlers<typeof ClusterServiceService>>;
  readonly events?: Partial<Handlers<typeof EventServiceService>>;
  readonly pipelines?: Partial<Handlers<typeof PipelineServiceService>>;
  readonly system?: Partial<Handlers<typeof SystemServiceService>>;
}

/** The public API, as far as a test says what it answers. */
export async function startServer({ apps, clusters, events, pipelines, system }: Fakes): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const services = [fake(AppServiceService, apps), fake(ClusterServiceService, clusters), fake(EventServiceService, events), fake(PipelineServiceService, pipelines), fake(SystemServiceService, system)];
  const server = makeServer({ listen: { host: "127.0.0.1", port: 0 }, log: silentLog, services });
  await server.start(new AbortController().signal);
  return { address: server.address(), stop: () => server.stop() };
}

/** Methods that the test says nothing about fail. */
function fake<D extends Parameters<typeof serviceOf>[0]>(definition: D, handlers: Partial<Handlers<D>> = {}) {
  const unheard = () => {
    throw new Failure("conflict", "the test gave no answer to this");
  };
  return serviceOf(definition, { ...Object.fromEntries(Object.keys(definition).map((name) => [name, unheard])), ...handlers } as unknown as Handlers<D>);
}
