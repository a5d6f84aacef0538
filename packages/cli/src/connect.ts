import { callerOf, openChannel } from "@troupe/runtime/grpc-client";
import type { Caller } from "@troupe/runtime/grpc-client";
import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";

/** The public API; every method rejects with a Failure. */
export interface Api {
  readonly apps: Caller<AppServiceService>;
  readonly clusters: Caller<ClusterServiceService>;
  readonly events: Caller<EventServiceService>;
  readonly pipelines: Caller<PipelineServiceService>;
  readonly system: Caller<SystemServiceService>;
  close(): void;
}

/** Connects at the first call. */
export function connect(address: string): Api {
  const channel = openChannel(address);
  return {
    apps: callerOf(AppServiceService, channel),
    clusters: callerOf(ClusterServiceService, channel),
    events: callerOf(EventServiceService, channel),
    pipelines: callerOf(PipelineServiceService, channel),
    system: callerOf(SystemServiceService, channel),
    close: () => channel.close(),
  };
}
