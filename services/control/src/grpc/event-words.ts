import { Failure } from "@troupe/domain/failure";
import type { JsonObject } from "@troupe/domain/json";
import { App } from "@troupe/proto/troupe/v1/app";
import { Cluster } from "@troupe/proto/troupe/v1/cluster";
import type { Event } from "@troupe/proto/troupe/v1/event";
import { Pipeline } from "@troupe/proto/troupe/v1/pipeline";
import type { StoredEvent } from "../store.ts";
import { toWireApp } from "./app-words.ts";
import { toWirePipeline } from "./pipeline-words.ts";
import { toWire } from "./words.ts";

/** What happened, as subscribers of every door see it: the resource in its public form, and what changed. */
export function toEventJson({ data, revision }: StoredEvent): JsonObject {
  const { change } = data;
  if ("cluster" in data) return { cluster: Cluster.toJSON(toWire(data.cluster, revision)) as JsonObject, change };
  if ("pipeline" in data) return { pipeline: Pipeline.toJSON(toWirePipeline(data.pipeline, revision)) as JsonObject, change };
  return { app: App.toJSON(toWireApp(data.app, revision)) as JsonObject, change };
}

export function toWireEvent(event: StoredEvent): Event {
  const { project, revision, subject, uid, time, actor, generation } = event;
  return { project, revision: BigInt(revision), type: eventTypeOf(event), subject, uid, time, actor, generation: BigInt(generation), data: toEventJson(event) };
}

export function eventTypeOf({ type }: Pick<StoredEvent, "type">): string {
  return `dev.troupe.${type}.v1`;
}

/**
 * Which of the stored types a caller means: `dev.troupe.cluster.ready.v1`, `dev.troupe.cluster.*`, or without the prefix. A
 * trailing `*` matches the rest.
 */
export function parseEventTypes(types: readonly string[]): readonly string[] {
  if (types.length > 50) throw new Failure("invalid", "at most 50 types are possible", { reason: "FIELD_INVALID" });
  return types.map((type, index) => {
    if (/^[a-z0-9_.]{1,100}\*?$|^\*$/.test(type)) return type.replace(/^dev\.troupe\./, "").replace(/\.v1$/, "");
    throw new Failure("invalid", `types[${index}] is no type of an event: dev.troupe.cluster.ready.v1, or dev.troupe.cluster.*`, { reason: "EVENT_TYPE_INVALID", problems: [{ path: `types[${index}]`, reason: "EVENT_TYPE_INVALID", message: "is no type of an event" }] });
  });
}

export function isOfTypes({ type }: Pick<StoredEvent, "type">, types: readonly string[]): boolean {
  return types.length === 0 || types.some((wanted) => (wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted));
}
