import { AppServiceService } from "@troupe/proto/troupe/v1/app";
import { ClusterServiceService } from "@troupe/proto/troupe/v1/cluster";
import { EventServiceService } from "@troupe/proto/troupe/v1/event";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { type Caller, callerOf, type Channel } from "@troupe/runtime/grpc-client";

/** What the gateway asks of control. Every method rejects with a Failure. */
export interface Control {
  readonly apps: Caller<typeof AppServiceService>;
  readonly clusters: Caller<typeof ClusterServiceService>;
  readonly events: Caller<typeof EventServiceService>;
  readonly system: Caller<typeof SystemServiceService>;
}

export function controlOf(channel: Channel): Control {
  return {
    apps: callerOf(AppServiceService, channel),
    clusters: callerOf(ClusterServiceService, channel),
    events: callerOf(EventServiceService, channel),
    system: callerOf(SystemServiceService, channel),
  };
}
