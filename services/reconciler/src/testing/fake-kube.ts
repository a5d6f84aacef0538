import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { Failure, type FailureKind } from "@troupe/domain/failure";
import type { Json, JsonObject } from "@troupe/domain/json";
import { label, managedBy } from "@troupe/domain/render/identity";
import type { KubeObject } from "@troupe/domain/render/manifest";
import { keyOfObject } from "../kube/http-kube.ts";
import { kinds, type KindName } from "../kube/kinds.ts";
import type { Kube, ListPage, ObjectKey, Preconditions, WatchEvent } from "../kube/kube.ts";
import { appliedOver, merged } from "./fake-merge.ts";

interface Metadata {
  readonly [field: string]: Json;
  readonly name: string;
  /** Empty where its kind has none. */
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** An object as it is stored. */
export interface Stored extends JsonObject {
  readonly metadata: Metadata;
}

interface Happened {
  readonly version: number;
  readonly kind: KindName;
  readonly event: WatchEvent;
}

/**
 * An API server in memory, as far as the reconciler asks one; test/kube.contract.ts holds it to what a real one does.
 * Nothing moves in it by itself: `settle` plays the controllers, and `edit` and `erase` are other people's hands. Objects are
 * never changed in place, so they are given out as they are.
 */
export class FakeKube implements Kube {
  /** What took effect of ours, in order: `create Pod c-server-0`. */
  readonly writes: string[] = [];
  readonly #pageSize: number;
  readonly #objects = new Map<string, Stored>();
  /** What was last applied to an object: the fields that an apply without them takes away. */
  readonly #applied = new Map<string, KubeObject>();
  readonly #lists = new Map<string, { readonly items: readonly JsonObject[]; readonly resourceVersion: string }>();
  #history: Happened[] = [];
  #version = 100;
  #compactedAt = 99;
  /** Watches of an earlier one have been ended. */
  #round = 0;
  #wake = Promise.withResolvers<void>();

  constructor({ pageSize = 500, namespaces = ["default", "shop"] }: { readonly pageSize?: number; readonly namespaces?: readonly string[] } = {}) {
    this.#pageSize = pageSize;
    for (const name of namespaces) this.#add({ kind: "Namespace", namespace: "", name }, { apiVersion: "v1", kind: "Namespace", metadata: { name, namespace: "" } });
  }

  async list(kind: KindName, continueAt: string | undefined): Promise<ListPage> {
    const [id = "", from = "0"] = continueAt?.split("/") ?? [randomUUID()];
    const whole = this.#lists.get(id) ?? { items: this.all(kind).filter(isOurs).map((object) => itemOf(kind, object)), resourceVersion: String(this.#version) };
    const end = Number(from) + this.#pageSize;
    const isLast = end >= whole.items.length;
    if (isLast) this.#lists.delete(id);
    else this.#lists.set(id, whole);
    return { items: whole.items.slice(Number(from), end), resourceVersion: whole.resourceVersion, continueAt: isLast ? undefined : `${id}/${end}` };
  }

  async *watch(kind: KindName, resourceVersion: string, signal: AbortSignal): AsyncGenerator<readonly WatchEvent[]> {
    const round = this.#round;
    const aborted = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
    aborted.catch(() => undefined);
    yield [];
    // Said in the stream, after the watch was accepted.
    if (Number(resourceVersion) < this.#compactedAt) throw failure("too_old", `${resourceVersion} is too old`);
    for (let from = Number(resourceVersion); ; ) {
      signal.throwIfAborted();
      const news = this.#history.filter((each) => each.kind === kind && each.version > from);
      from = Math.max(from, ...news.map(({ version }) => version));
      if (news.length > 0) yield news.map(({ event }) => event);
      else if (this.#round > round) return;
      else await Promise.race([this.#wake.promise, aborted]);
    }
  }

  async create(object: KubeObject): Promise<JsonObject> {
    const key = keyOfObject(object);
    if (this.#objects.has(idOf(key))) throw failure("already_exists", `${key.name} exists`, key);
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(key.name)) throw failure("invalid", `${key.name} is no name`, key);
    this.#mustHaveNamespace(key);
    this.#wrote("create", key);
    return this.#add(key, object);
  }

  async apply(object: KubeObject): Promise<JsonObject> {
    const key = keyOfObject(object);
    const present = this.#objects.get(idOf(key));
    if (present === undefined) this.#mustHaveNamespace(key);
    this.#wrote("apply", key);
    const before = this.#applied.get(idOf(key));
    this.#applied.set(idOf(key), object);
    const stored = present === undefined ? this.#add(key, object) : this.#replace(key, appliedOver(present, before, object));
    return stored;
  }

  async patch(key: ObjectKey, patch: JsonObject): Promise<JsonObject> {
    const present = this.#mustGet(key);
    const { uid, resourceVersion } = (patch["metadata"] ?? {}) as Partial<Metadata>;
    if (resourceVersion !== undefined && resourceVersion !== present.metadata.resourceVersion) throw failure("conflict", `${key.name} has changed`, key);
    if (uid !== undefined && uid !== present.metadata.uid) throw failure("invalid", `${key.name} is another`, key);
    this.#wrote("patch", key);
    return this.#replace(key, merged(present, patch));
  }

  async remove(key: ObjectKey, { uid, resourceVersion }: Preconditions): Promise<JsonObject> {
    const present = this.#mustGet(key);
    const { metadata } = present;
    if (uid !== metadata.uid || (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)) throw failure("conflict", `${key.name} is another`, key);
    this.#wrote("delete", key);
    const going: Stored = metadata["deletionTimestamp"] === undefined ? { ...present, metadata: { ...metadata, deletionTimestamp: new Date(0).toISOString() } } : present;
    const isGraceful = key.kind === "Pod" && "nodeName" in ((present["spec"] ?? {}) as JsonObject);
    if (isGraceful || hasFinalizer(present)) return this.#replace(key, going);
    this.erase(key);
    return key.kind === "Pod" ? going : { kind: "Status", apiVersion: "v1", status: "Success" };
  }

  get(key: ObjectKey): Stored | undefined {
    return this.#objects.get(idOf(key));
  }

  all(kind: KindName): readonly Stored[] {
    return [...this.#objects].filter(([id]) => id.startsWith(`${kind}/`)).map(([, object]) => object);
  }

  /** Another server with the same objects, which nothing has been written to yet. */
  copy(): FakeKube {
    const copy = new FakeKube({ pageSize: this.#pageSize, namespaces: [] });
    for (const [id, object] of this.#objects) copy.#objects.set(id, object);
    for (const [id, object] of this.#applied) copy.#applied.set(id, object);
    copy.#version = this.#version;
    copy.#compactedAt = this.#version;
    return copy;
  }

  /** Somebody else's write. */
  edit(key: ObjectKey, change: (object: Stored) => JsonObject): void {
    this.#replace(key, change(this.#mustGet(key)));
  }

  /** Gone at once, as when a kubelet has ended a pod, or somebody's force. */
  erase(key: ObjectKey): void {
    const gone = this.#mustGet(key);
    this.#objects.delete(idOf(key));
    this.#applied.delete(idOf(key));
    this.#tell(key.kind, gone, undefined);
  }

  /** Ends every watch, as the server does after its time; each is told before how far it has come. */
  endWatches(): void {
    const version = (this.#version += 1);
    for (const { kind, watch } of Object.values(kinds)) if (watch === "ours") this.#history.push({ version, kind, event: { kind: "bookmark", resourceVersion: String(version) } });
    this.#round += 1;
    this.#wakeAll();
  }

  /** What happened so far is no longer remembered: a watch from before has to list. */
  compact(): void {
    this.#compactedAt = this.#version;
    this.#history = [];
  }

  #wrote(verb: string, { kind, name }: ObjectKey): void {
    this.writes.push(`${verb} ${kind} ${name}`);
  }

  #mustGet(key: ObjectKey): Stored {
    const found = this.#objects.get(idOf(key));
    if (found === undefined) throw failure("not_found", `${key.name} is not there`, key);
    return found;
  }

  #mustHaveNamespace({ kind, namespace }: ObjectKey): void {
    if (kinds[kind].namespaced) this.#mustGet({ kind: "Namespace", namespace: "", name: namespace });
  }

  #add(key: ObjectKey, object: KubeObject): Stored {
    const { stringData, ...rest } = object as unknown as JsonObject & { readonly metadata: JsonObject; readonly stringData?: Readonly<Record<string, string>> };
    const data: JsonObject = stringData === undefined ? {} : { data: Object.fromEntries(Object.entries(stringData).map(([name, text]) => [name, Buffer.from(text).toString("base64")])) };
    const metadata: JsonObject = { ...rest.metadata, ...(key.kind === "PersistentVolumeClaim" && { finalizers: [claimFinalizer] }), uid: randomUUID(), creationTimestamp: new Date(0).toISOString() };
    return this.#store(key, { ...rest, ...data, metadata }, undefined);
  }

  /** Nothing happens where nothing changes. What was only kept by its finalizers goes with the last of them. */
  #replace(key: ObjectKey, object: JsonObject): Stored {
    const before = this.#mustGet(key);
    if (isDeepStrictEqual(before, object)) return before;
    const { metadata } = object as Stored;
    if (metadata["deletionTimestamp"] === undefined || hasFinalizer(object as Stored) || key.kind === "Pod") return this.#store(key, object, before);
    this.erase(key);
    return object as Stored;
  }

  #store(key: ObjectKey, object: JsonObject, before: Stored | undefined): Stored {
    const stored: Stored = { ...object, metadata: { ...(object["metadata"] as Metadata), resourceVersion: String(this.#version + 1) } };
    this.#objects.set(idOf(key), stored);
    this.#tell(key.kind, before, stored);
    return stored;
  }

  #tell(kind: KindName, before: Stored | undefined, after: Stored | undefined): void {
    const version = (this.#version += 1);
    if (after && isOurs(after)) this.#history.push({ version, kind, event: { kind: "put", object: shown(kind, after) } });
    else if (before && isOurs(before)) this.#history.push({ version, kind, event: { kind: "gone", object: shown(kind, { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } }) } });
    this.#wakeAll();
  }

  #wakeAll(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** Set on every claim; its controller takes it off when no pod uses the claim any more. */
export const claimFinalizer = "kubernetes.io/pvc-protection";

function shown(kind: KindName, object: Stored): JsonObject {
  return kinds[kind].metadataOnly ? { metadata: object.metadata } : object;
}

/** Of a list, which says once what kind it is of. */
function itemOf(kind: KindName, object: Stored): JsonObject {
  const { apiVersion: _apiVersion, kind: _kind, ...item } = shown(kind, object);
  return item;
}

function isOurs({ metadata }: Stored): boolean {
  return (metadata["labels"] as JsonObject | undefined)?.[label.managedBy] === managedBy;
}

function hasFinalizer({ metadata }: Stored): boolean {
  const finalizers = metadata["finalizers"];
  return Array.isArray(finalizers) && finalizers.length > 0;
}

function idOf({ kind, namespace, name }: ObjectKey): string {
  return `${kind}/${namespace}/${name}`;
}

function failure(kind: FailureKind, message: string, key?: ObjectKey): Failure {
  return new Failure(kind, message, { facts: { resource: key ? kinds[key.kind].plural : "", name: key?.name ?? "" } });
}
