import type { EventServiceService, WatchEventsRequest } from "@troupe/proto/troupe/v1/event";
import type { Handlers } from "@troupe/runtime/grpc-server";
import { listEvents } from "../events/list-events.ts";
import { type Start, watchEvents, type WatchDeps } from "../events/watch.ts";
import type { Store } from "../store.ts";
import { isOfTypes, parseEventTypes, toWireEvent } from "./event-words.ts";
import { countOf } from "./requests.ts";
import { parseParent, parseEventScope } from "./resource-names.ts";

export interface EventHandlersDeps {
  readonly store: Pick<Store, "projectState" | "listEvents">;
  readonly watching: WatchDeps;
}

export function eventHandlers({ store, watching }: EventHandlersDeps): Handlers<typeof EventServiceService> {
  return {
    list: async ({ parent, afterRevision, pageSize, subject, types, newestFirst }) => {
      const query = { project: parseParent(parent), after: countOf(afterRevision, "after_revision"), pageSize, subject: subject === "" ? undefined : subject, types: parseEventTypes(types), newestFirst };
      const { events, last, more } = await listEvents(store, query);
      return { events: events.map(toWireEvent), lastRevision: BigInt(last), more };
    },
    watch: async function* (request, { signal }) {
      const types = parseEventTypes(request.types);
      for await (const news of watchEvents(watching, parseEventScope(request.scope), (event) => isOfTypes(event, types), startOf(request), signal)) {
        if (news.kind === "event") yield { revision: BigInt(news.event.revision), event: toWireEvent(news.event) };
        else yield { revision: BigInt(news.revision), event: undefined };
      }
    },
  };
}

/** Who says nothing wants what happens from now on. */
function startOf({ start }: WatchEventsRequest): Start {
  switch (start?.$case) {
    case "afterRevision":
      return { kind: "after", revision: countOf(start.value, "after_revision") };
    case "fromNow":
    case undefined:
      return { kind: "now" };
  }
}
