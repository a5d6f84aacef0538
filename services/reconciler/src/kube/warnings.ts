import { mapNames } from "@troupe/domain/by-name";
import type { JsonObject } from "@troupe/domain/json";
import type { ObservedCluster, ObservedTrouble } from "@troupe/domain/life/observed";
import type { KindName } from "./kinds.ts";
import type { WatchEvent } from "./kube.ts";
import type { Sink } from "./reflector.ts";

/** What an event of Kubernetes is about. */
export interface About {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface Said extends ObservedTrouble {
  /** Of the object. */
  readonly uid: string;
  readonly version: number;
}

interface Troubled {
  readonly uid: string;
  readonly phase: string;
  readonly trouble?: ObservedTrouble | undefined;
}

interface RawEvent {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly involvedObject?: Partial<About> & { readonly uid?: string };
  readonly reason?: string;
  readonly message?: string;
}

/** Nothing but an event says these; of all others the objects tell themselves. */
const onlyInEvents: ReadonlySet<string> = new Set(["ProvisioningFailed", "FailedMount", "FailedAttachVolume", "FailedMapVolume"]);

/**
 * Why volumes cannot be had: of the warnings that Kubernetes keeps for an hour, those that no object shows. Statuses are made
 * from them and no decision is, so nobody waits for their list.
 */
export class Warnings implements Sink {
  readonly #events = new Map<string, Said>();
  readonly #byObject = new Map<string, string>();
  readonly #onChange: (about: About) => void;
  #listing: Set<string> | undefined;

  constructor(onChange: (about: About) => void) {
    this.#onChange = onChange;
  }

  listBegun(): void {
    this.#listing = new Set();
  }

  put(_kind: KindName, objects: readonly JsonObject[]): void {
    for (const raw of objects) this.#listing?.add(this.#offer(raw as unknown as RawEvent));
  }

  listComplete(_kind: KindName, resourceVersion: string): void {
    for (const [key, { version }] of this.#events) if (!this.#listing?.has(key) && version <= Number(resourceVersion)) this.#drop(key);
    this.#listing = undefined;
  }

  events(_kind: KindName, events: readonly WatchEvent[]): void {
    for (const event of events) {
      if (event.kind === "put") this.#offer(event.object as unknown as RawEvent);
      else if (event.kind === "gone") this.#drop(keyOf(event.object as unknown as RawEvent));
    }
  }

  /** A role that may not read events is no reason to stop: statuses say less then. */
  trouble(): void {}

  /** The cluster with what is said of its pods and claims, where they say nothing themselves. */
  addTo(observed: ObservedCluster): ObservedCluster {
    if (this.#byObject.size === 0) return observed;
    return { ...observed, pods: this.#added(observed.pods), claims: this.#added(observed.claims) };
  }

  /** What is not pending any more has got over it. */
  #added<T extends Troubled>(objects: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
    if (!Object.values(objects).some(({ uid }) => this.#byObject.has(uid))) return objects;
    return mapNames(objects, (object) => (object.phase === "Pending" ? { ...object, trouble: object.trouble ?? this.#of(object.uid) } : object));
  }

  #of(uid: string): ObservedTrouble | undefined {
    const said = this.#events.get(this.#byObject.get(uid) ?? "");
    return said && { reason: said.reason, message: said.message };
  }

  #offer(event: RawEvent): string {
    const key = keyOf(event);
    const { involvedObject: { uid = "", kind = "", namespace = "", name = "" } = {}, reason = "" } = event;
    if (!onlyInEvents.has(reason) || uid === "") return key;
    const said: Said = { uid, reason, message: event.message?.trim() ?? "", version: Number(event.metadata.resourceVersion) };
    const last = this.#events.get(this.#byObject.get(uid) ?? "");
    this.#events.set(key, said);
    if (last && last.version > said.version) return key;
    this.#byObject.set(uid, key);
    if (last?.reason !== said.reason || last.message !== said.message) this.#onChange({ kind, namespace, name });
    return key;
  }

  #drop(key: string): void {
    const { uid } = this.#events.get(key) ?? {};
    this.#events.delete(key);
    if (uid !== undefined && this.#byObject.get(uid) === key) this.#byObject.delete(uid);
  }
}

function keyOf({ metadata: { namespace, name } }: RawEvent): string {
  return `${namespace}/${name}`;
}
