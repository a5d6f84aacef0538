import type { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import type { Handlers } from "@troupe/runtime/grpc-server";
import { pageSizes } from "../clusters/cluster-query.ts";
import { expiryMs } from "../instances/heartbeat.ts";
import type { Store } from "../store.ts";
import { callerOf } from "./requests.ts";

export const limits = { messageBytes: 4 * 1024 * 1024, definitionBytes: 384 * 1024, specBytes: 64 * 1024, pageSize: pageSizes.most } as const;

const features = ["apps", "clusters", "events", "needs", "adopt", "watch", "wait"] as const;

export function systemHandlers({ store, version }: { readonly store: Pick<Store, "targets">; readonly version: string }): Handlers<typeof SystemServiceService> {
  return {
    getInfo: async (_request, call) => ({
      version,
      features,
      limits,
      targets: (await store.targets(expiryMs)).map(({ name, instances }) => ({ name, liveInstances: instances.length })),
      caller: callerOf(call).name,
    }),
  };
}
