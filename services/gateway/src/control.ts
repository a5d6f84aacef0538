import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { PipelineServiceService } from "@troupe/proto/troupe/v1/pipeline";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { type Caller, callerOf, type Channel } from "@troupe/runtime/grpc-client";

/** What the gateway asks of control. Every method rejects with a Failure. */
export interface Control {
  readonly apps: Caller<typeof AppServiceService>;
  readonly clusters: Caller<typeof ClusterServiceService>;
  readonly pipelines: Caller<typeof PipelineServiceService>;
  readonly events: Caller<typeof EventServiceService>;
  readonly system: Caller<typeof SystemServiceService>;
}

export function controlOf(channel: Channel): Control {
  return {
    apps: callerOf(AppServiceService, channel),
    clusters: callerOf(ClusterServiceService, channel),
    pipelines: callerOf(PipelineServiceService, channel),
    events: callerOf(EventServiceService, channel),
    system: callerOf(SystemServiceService, channel),
  };
}
