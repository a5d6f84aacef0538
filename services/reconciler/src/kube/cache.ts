import { isSameJson } from "@troupe/domain/canonical";
import type { Failure } from "@troupe/domain/failure";
import type { JsonObject } from "@troupe/domain/json";
import type { ObservedClaim, ObservedCluster, ObservedObject, ObservedPod } from "@troupe/domain/life/observed";
import { type ClusterRecord, decodeRecord } from "@troupe/domain/life/record";
import type { DesiredCluster } from "@troupe/domain/plan/desired";
import { label } from "@troupe/domain/render/identity";
import { type KindName, watchedKinds } from "./kinds.ts";
import type { WatchEvent } from "./kube.ts";
import { projectClaim, projectObject, projectPod } from "./project.ts";
import type { Sink } from "./reflector.ts";

interface Entry {
  readonly kind: KindName;
  readonly object: ObservedObject;
  readonly pod?: ObservedPod;
  readonly claim?: ObservedClaim;
  readonly raw?: JsonObject;
}

/** A cluster's record as it is stored. */
export interface StoredRecord {
  readonly record: ClusterRecord;
  /** Of the resource: owner of everything else. */
  readonly uid: string;
  readonly resourceVersion: string;
  readonly deleting: boolean;
}

// Enough for every object that can be deleted while a write of it is under way.
const mostTombstones = 20_000;

/**
 * The read side of a target: what its watches and the answers to our own writes have shown. The newer resource version of
 * an object wins, whichever road it came by, so a write is seen as soon as it is answered.
 */
export class KubeCache implements Sink {
  readonly #entries = new Map<string, Entry>();
  readonly #byUid = new Map<string, Set<string>>();
  /** namespace/cluster name → keys of claims and Secrets: what clusters of that name left behind. */
  readonly #data = new Map<string, Set<string>>();
  readonly #tombstones = new Map<string, number>();
  readonly #listing = new Map<KindName, Set<string>>();
  /** Of each kind's last list. What is not newer, and was not in it, is gone. */
  readonly #listedAt = new Map<KindName, number>();
  readonly #troubles = new Map<KindName, Failure>();
  readonly #onChange: (uid: string, isShownOnly: boolean) => void;
  readonly #onSynced: () => void;

  /**
   * @param onChange something of the cluster changed; `isShownOnly`: nothing that a decision rests on, only what a status shows
   * @param onSynced every kind has been listed once
   */
  constructor(onChange: (uid: string, isShownOnly: boolean) => void, onSynced: () => void) {
    this.#onChange = onChange;
    this.#onSynced = onSynced;
  }

  /** Until then nothing may be decided: what is not seen may well be there. */
  get synced(): boolean {
    return this.#listedAt.size === watchedKinds.length;
  }

  /** What keeps the target from being seen. */
  get whyBlind(): Failure | undefined {
    return this.#troubles.values().next().value;
  }

  listBegun(kind: KindName): void {
    this.#listing.set(kind, new Set());
  }

  put(kind: KindName, objects: readonly JsonObject[]): void {
    for (const raw of objects) this.#listing.get(kind)?.add(this.offer(kind, raw));
  }

  listComplete(kind: KindName, resourceVersion: string): void {
    const found = this.#listing.get(kind) ?? new Set();
    this.#listing.delete(kind);
    for (const [key, entry] of this.#entries) {
      if (entry.kind === kind && !found.has(key) && versionOf(entry.object) <= Number(resourceVersion)) this.#drop(key, entry);
    }
    const before = this.synced;
    this.#listedAt.set(kind, Number(resourceVersion));
    if (this.synced && !before) this.#onSynced();
  }

  events(kind: KindName, events: readonly WatchEvent[]): void {
    for (const event of events) {
      if (event.kind === "put") this.offer(kind, event.object);
      else if (event.kind === "gone") this.#gone(kind, event.object);
    }
  }

  trouble(kind: KindName, failure: Failure | undefined): void {
    if (failure === undefined) this.#troubles.delete(kind);
    else this.#troubles.set(kind, failure);
  }

  /** Takes in an object unless a newer state of it is known; answers with its key. */
  offer(kind: KindName, raw: JsonObject): string {
    const object = projectObject(kind, raw);
    const key = keyOf(kind, object.namespace, object.name);
    const known = this.#entries.get(key);
    const version = versionOf(object);
    const goneAt = Math.max(this.#tombstones.get(key) ?? 0, known ? 0 : (this.#listedAt.get(kind) ?? 0));
    if ((known && versionOf(known.object) >= version) || goneAt >= version) return key;
    if (known) this.#unindex(key, known);
    const entry = entryOf(kind, object, raw);
    this.#entries.set(key, entry);
    this.#index(key, entry);
    if (known && isSameJson(meaningOf(known), meaningOf(entry))) return key;
    this.#changed(entry, known !== undefined && isSameJson(decidedOn(known), decidedOn(entry)));
    if (known && uidOf(known) !== uidOf(entry)) this.#changed(known);
    return key;
  }

  /** It was found not to be there. */
  absent(kind: KindName, namespace: string, name: string, uid: string): void {
    const key = keyOf(kind, namespace, name);
    const known = this.#entries.get(key);
    if (known?.object.uid === uid) this.#drop(key, known);
  }

  /** The uid of the cluster that an object is of. */
  clusterOf({ kind, namespace, name }: { readonly kind: KindName; readonly namespace: string; readonly name: string }): string | undefined {
    const entry = this.#entries.get(keyOf(kind, namespace, name));
    return entry && (uidOf(entry) || undefined);
  }

  recordOf({ namespace, name, uid }: Pick<DesiredCluster, "namespace" | "name" | "uid">): StoredRecord | undefined {
    const entry = this.#entries.get(keyOf("ClusterRecord", namespace, name));
    if (entry?.raw === undefined || uidOf(entry) !== uid) return undefined;
    return { record: decodedRecord(entry.raw), uid: entry.object.uid, resourceVersion: entry.object.resourceVersion, deleting: entry.object.deleting };
  }

  seen({ uid, namespace, name, adopt }: Pick<DesiredCluster, "uid" | "namespace" | "name" | "adopt">): ObservedCluster {
    const own = this.#entriesOf(this.#byUid.get(uid));
    const adopted = adopt === undefined ? [] : this.#entriesOf(this.#byUid.get(adopt));
    const data = this.#entriesOf(this.#data.get(`${namespace}/${name}`));
    const kept = [...data, ...adopted].filter((entry) => uidOf(entry) !== uid && entry.object.namespace === namespace);
    return {
      objects: own.map(({ object }) => object),
      pods: byName(own.flatMap(({ pod }) => pod ?? [])),
      claims: byName(own.flatMap(({ claim }) => claim ?? [])),
      keptClaims: byName(kept.flatMap(({ claim }) => claim ?? [])),
      secrets: new Set([...own, ...kept].filter(({ kind }) => kind === "Secret").map(({ object }) => object.name)),
      adoptedSecret: adopted.find(({ kind, object }) => kind === "Secret" && object.namespace === namespace)?.object.name,
      adoptedIsThere: adopted.some(({ kind }) => kind === "Pod" || kind === "ClusterRecord"),
    };
  }

  #entriesOf(keys: ReadonlySet<string> | undefined): readonly Entry[] {
    return keys === undefined ? [] : [...keys].flatMap((key) => this.#entries.get(key) ?? []);
  }

  #gone(kind: KindName, raw: JsonObject): void {
    const object = projectObject(kind, raw);
    const key = keyOf(kind, object.namespace, object.name);
    // An answer to a write of ours that was under way must not bring it back.
    this.#bury(key, versionOf(object));
    const known = this.#entries.get(key);
    if (known && versionOf(known.object) <= versionOf(object)) this.#drop(key, known);
  }

  #bury(key: string, version: number): void {
    this.#tombstones.delete(key);
    this.#tombstones.set(key, version);
    if (this.#tombstones.size <= mostTombstones) return;
    const [oldest] = this.#tombstones.keys();
    if (oldest !== undefined) this.#tombstones.delete(oldest);
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#unindex(key, entry);
    this.#changed(entry);
  }

  #index(key: string, entry: Entry): void {
    add(this.#byUid, uidOf(entry), key);
    if (isData(entry)) add(this.#data, instanceOf(entry), key);
  }

  #unindex(key: string, entry: Entry): void {
    remove(this.#byUid, uidOf(entry), key);
    if (isData(entry)) remove(this.#data, instanceOf(entry), key);
  }

  #changed(entry: Entry, isShownOnly = false): void {
    const uid = uidOf(entry);
    if (uid !== "") this.#onChange(uid, isShownOnly);
  }
}

function entryOf(kind: KindName, object: ObservedObject, raw: JsonObject): Entry {
  if (kind === "Pod") return { kind, object, pod: projectPod(object, raw) };
  if (kind === "PersistentVolumeClaim") return { kind, object, claim: projectClaim(object, raw) };
  return kind === "ClusterRecord" ? { kind, object, raw } : { kind, object };
}

/**
 * All that anybody here asks of an object. Half of all changes are of nothing in it: a budget's status moves with every pod, a
 * kubelet tells what only it needs. A pass for them would find nothing to do.
 */
function meaningOf({ object, pod, claim, raw }: Entry) {
  return { object: { ...object, resourceVersion: undefined }, pod, claim: claim && { ...claim, object: undefined }, spec: raw?.["spec"] };
}

/** What of it decisions rest on. The rest, such as where a pod was placed and why it waits, is only shown. */
function decidedOn(entry: Entry) {
  const { pod, claim, ...same } = meaningOf(entry);
  const isOver = pod?.phase === "Failed" || pod?.phase === "Succeeded";
  const shown = { scheduled: undefined, started: undefined, node: undefined, restarts: undefined, trouble: undefined };
  return { ...same, pod: pod && { ...pod, ...shown, phase: isOver }, claim: claim && { ...claim, phase: claim.phase === "Lost" } };
}

/** Decoded once for each state of it. */
function decodedRecord(raw: JsonObject): ClusterRecord {
  const known = records.get(raw);
  if (known) return known;
  const record = decodeRecord(raw["spec"]);
  records.set(raw, record);
  return record;
}

const records = new WeakMap<JsonObject, ClusterRecord>();

/** Resource versions of one kind count upwards (Kubernetes 1.35 made that a promise). */
function versionOf({ resourceVersion }: ObservedObject): number {
  return Number(resourceVersion);
}

function uidOf({ object }: Entry): string {
  return object.labels[label.uid] ?? "";
}

function isData({ kind }: Entry): boolean {
  return kind === "PersistentVolumeClaim" || kind === "Secret";
}

function instanceOf({ object }: Entry): string {
  return `${object.namespace}/${object.labels[label.instance] ?? ""}`;
}

function keyOf(kind: KindName, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(items.map((item) => [item.name, item]));
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  if (values) values.add(value);
  else index.set(key, new Set([value]));
}

function remove(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  values?.delete(value);
  if (values?.size === 0) index.delete(key);
}
