import type { JsonObject } from "@troupe/domain/json";
import type { PublishedEvent } from "@troupe/runtime/bus";
import { toEventJson } from "../grpc/event-words.ts";
import type { StoredEvent } from "../store.ts";

/**
 * What subscribers see on NATS: CloudEvents 1.0 in binary mode, in the stream `TROUPE_EVENTS` (file storage, limits, 7 days).
 *
 * subject `troupe.v1.events.<project>.<kind>.<uid>.<type…>`, such as `troupe.v1.events.payments.cluster.<uid>.ready` or
 *         `….cluster.<uid>.member.lost`
 *
 * | header | value |
 * |---|---|
 * | `Nats-Msg-Id` | `<project>/<revision>` |
 * | `ce-specversion` | `1.0` |
 * | `ce-id` | `<project>/<revision>`: the same when the stream is rebuilt |
 * | `ce-source` | `/projects/<project>` |
 * | `ce-type` | `dev.troupe.cluster.ready.v1` |
 * | `ce-subject` | resource name: `projects/<project>/clusters/<cluster>` |
 * | `ce-time` | RFC 3339 |
 * | `ce-datacontenttype` | `application/json` |
 * | `ce-sequence` | the project's revision, 20 digits: contiguous in a project |
 * | `ce-sequencetype` | `Integer` |
 * | `ce-actor` | who caused it |
 * | `ce-shortened` | `true`: it was too large for the server, and parts of its body are left out |
 * | `traceparent` | of the request that caused it, where it had one |
 *
 * body: JSON `{cluster | app | pipeline, change}`: the resource in its public form (canonical JSON of the protobuf message; of a cluster
 * without its members), and what changed. The same value is `Event.data` on gRPC. Of an event that is too large for the server
 * (`max_payload`) only `{change}`, and where that is too large as well `{}`: `EventService.List` has it whole.
 *
 * The other subjects that control speaks on, without JetStream:
 * - `troupe.v1.desired.<target>.<uid>`: troupe.internal.v1.Sources, when anything in them changed
 * - `troupe.v1.status.<target>`: request ReportStatusRequest, answer ReportStatusResponse; queue group `control`
 * - `troupe.v1.committed.<project>`: look at the log; body: the project's revision, in decimal
 */
export function toCloudEvent(event: StoredEvent, form: Form = "whole"): PublishedEvent {
  const id = `${event.project}/${event.revision}`;
  const headers = {
    "ce-specversion": "1.0",
    "ce-id": id,
    "ce-source": `/projects/${event.project}`,
    "ce-type": `dev.troupe.${event.type}.v1`,
    "ce-subject": event.subject,
    "ce-time": event.time,
    "ce-datacontenttype": "application/json",
    "ce-sequence": String(event.revision).padStart(20, "0"),
    "ce-sequencetype": "Integer",
    "ce-actor": percentEncoded(event.actor),
    ...(form === "whole" ? {} : { "ce-shortened": "true" }),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
  return { subject: subjectOf(event), id, headers, body: encoder.encode(JSON.stringify(bodyOf(event, form))) };
}

/** How much of an event its message has, from all to nothing. */
export const forms = ["whole", "change", "bare"] as const;
export type Form = (typeof forms)[number];

function bodyOf(event: StoredEvent, form: Form): JsonObject {
  switch (form) {
    case "whole":
      return toEventJson(event);
    case "change":
      return { change: event.data.change };
    case "bare":
      return {};
  }
}

export const eventStream = { name: "TROUPE_EVENTS", subjects: ["troupe.v1.events.>"], maxAgeMs: 7 * 86_400_000, duplicateWindowMs: 120_000 } as const;

export const committedSubject = (project: string): string => `troupe.v1.committed.${project}`;
export const desiredSubject = (target: string, uid: string): string => `troupe.v1.desired.${target}.${uid}`;
export const statusSubject = "troupe.v1.status.*";

const encoder = new TextEncoder();

function subjectOf({ project, kind, uid, type }: StoredEvent): string {
  return `troupe.v1.events.${project}.${kind}.${uid}.${type.slice(kind.length + 1)}`;
}

/** As the binding says: everything but visible ASCII, and `%` and `"` of it. */
function percentEncoded(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]|[%"]/gu, (character) => [...encoder.encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""));
}
