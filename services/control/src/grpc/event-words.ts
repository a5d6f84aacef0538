import type { JsonObject } from "@troupe/domain/json";
import { App } from "@troupe/proto/troupe/v1/app";
import { Cluster } from "@troupe/proto/troupe/v1/cluster";
import type { Event } from "@troupe/proto/troupe/v1/event";
import type { StoredEvent } from "../store.ts";
import { toWireApp } from "./app-words.ts";
import { toWire } from "./words.ts";

/** What happened, as subscribers of every door see it: the resource in its public form, and what changed. */
export function toEventJson({ data, revision }: StoredEvent): JsonObject {
  const { change } = data;
  if ("cluster" in data) return { cluster: Cluster.toJSON(toWire(data.cluster, revision)) as JsonObject, change };
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
export function toStoredTypes(types: readonly string[]): readonly string[] {
  return types.map((type) => type.replace(/^dev\.troupe\./, "").replace(/\.v1$/, ""));
}
