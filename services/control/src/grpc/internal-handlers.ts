import type { ReconcilerServiceService } from "@troupe/proto/troupe/internal/v1/reconciler";
import type { Handlers } from "@troupe/runtime/grpc-server";
import { definitionOf, type DesiredDeps, listDesired } from "../desired/desired.ts";
import { heartbeat } from "../instances/heartbeat.ts";
import { type RecordStatusesDeps } from "../status/record-statuses.ts";
import { takeIn } from "../status/take-in.ts";
import type { Store } from "../store.ts";
import { toWireSources } from "./internal-words.ts";

export interface InternalHandlersDeps {
  readonly store: Pick<Store, "beat" | "findDefinition">;
  readonly desired: DesiredDeps;
  readonly statuses: RecordStatusesDeps;
}

export function internalHandlers({ store, desired, statuses }: InternalHandlersDeps): Handlers<typeof ReconcilerServiceService> {
  return {
    heartbeat: async (request) => {
      const { epoch, instances, validMs } = await heartbeat(store, request);
      return { epoch: BigInt(epoch), instances, validMs };
    },
    listDesired: async function* ({ target, digest }) {
      for await (const part of listDesired(desired, target, digest)) {
        if (part.kind === "unchanged") yield { part: { $case: "unchanged", value: true } };
        else if (part.kind === "digest") yield { part: { $case: "digest", value: part.digest } };
        else yield { part: { $case: "sources", value: toWireSources(part.sources) } };
      }
    },
    getDefinition: async ({ digest }) => ({ definition: await definitionOf({ store }, digest) }),
    reportStatus: (request) => takeIn(statuses, request),
  };
}
