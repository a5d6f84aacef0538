import { Failure } from "@troupe/domain/failure";
import type { Uid } from "@troupe/domain/name";
import type { Log } from "@troupe/runtime/log";
import { bytesOf } from "../page-bytes.ts";
import type { Store, StoredCluster, StoredEvent } from "../store.ts";

export interface TailOptions {
  readonly store: Pick<Store, "projectState" | "eventsAfter" | "clustersByUid">;
  readonly log: Log;
  /** How often the log is looked at when nobody says that there is something. */
  readonly pollMs?: number;
  /** How many of the last events are kept for those who read along. */
  readonly keptEvents?: number;
}

/** Reads of one page: what those who come late are given at a time. */
const pageSize = 200;
const keptClusters = 1_000;
/** Of events in the window, as JSON. */
const keptBytes = 8 * 1024 * 1024;

/**
 * The end of one project's log, read once for everybody who watches it. Each watcher has a cursor of its own and nothing
 * else: what it has not taken yet is in the shared window, or in the database. Lives while somebody watches.
 */
export class Tail {
  readonly #project: string;
  readonly #options: TailOptions;
  readonly #window: { readonly event: StoredEvent; readonly bytes: number }[] = [];
  #windowBytes = 0;
  readonly #waiters = new Set<() => void>();
  /** As they were read; each holds at least what was in the log then. */
  readonly #clusters = new Map<Uid, { readonly asOf: number; readonly cluster: Promise<StoredCluster | undefined> }>();
  #head = 0;
  #reading: Promise<void> | undefined;
  #again = false;

  constructor(project: string, options: TailOptions) {
    this.#project = project;
    this.#options = options;
  }

  /** Revision up to which the log is known. */
  get head(): number {
    return this.#head;
  }

  async open(): Promise<void> {
    this.#head = (await this.#options.store.projectState(this.#project)).revision;
  }

  /** The log may go on. Never rejects: who polls tries again. */
  wake(): Promise<void> {
    this.#again = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Events after a cursor, at least one, without a hole; none when there were none for `waitMs`. Rejects with `too_old`. */
  async next(cursor: number, waitMs: number, signal: AbortSignal): Promise<readonly StoredEvent[]> {
    if (cursor >= this.#head) await this.#changed(waitMs, signal);
    signal.throwIfAborted();
    if (cursor >= this.#head) return [];
    const from = cursor + 1 - (this.#window[0]?.event.revision ?? Number.POSITIVE_INFINITY);
    if (from >= 0) return this.#window.slice(from, from + pageSize).map(({ event }) => event);
    return (await this.#options.store.eventsAfter(this.#project, cursor, pageSize)).events;
  }

  /** Present states of clusters that changed at these revisions or later: read once, however many ask. */
  async clusters(changed: ReadonlyMap<Uid, number>): Promise<ReadonlyMap<Uid, StoredCluster>> {
    // Decided without waiting, so that of many who ask at once the first reads for all.
    const missing = [...changed].filter(([uid, revision]) => (this.#clusters.get(uid)?.asOf ?? 0) < revision).map(([uid]) => uid);
    if (missing.length > 0) this.#load(missing);
    const states = [...changed.keys()].flatMap((uid) => this.#clusters.get(uid)?.cluster ?? []);
    // Only now, for those who were asked for may be the oldest.
    this.#forgetOldest();
    const found = await Promise.all(states);
    return new Map(found.flatMap((cluster) => (cluster ? [[cluster.uid, cluster] as const] : [])));
  }

  #load(uids: readonly Uid[]): void {
    const asOf = this.#head;
    const read = this.#options.store.clustersByUid(uids);
    for (const uid of uids) {
      const cluster = read.then((clusters) => clusters.find((one) => one.uid === uid));
      cluster.catch(() => {
        if (this.#clusters.get(uid)?.cluster === cluster) this.#clusters.delete(uid);
      });
      this.#clusters.delete(uid);
      this.#clusters.set(uid, { asOf, cluster });
    }
  }

  #forgetOldest(): void {
    for (const uid of this.#clusters.keys()) {
      if (this.#clusters.size <= keptClusters) break;
      this.#clusters.delete(uid);
    }
  }

  async #read(): Promise<void> {
    const { store, log } = this.#options;
    try {
      while (this.#again) {
        this.#again = false;
        const { events, more } = await store.eventsAfter(this.#project, this.#head, pageSize);
        this.#append(events);
        if (more) this.#again = true;
      }
    } catch (error) {
      if (!(error instanceof Failure && error.kind === "unavailable")) log.error({ error, project: this.#project }, "the log cannot be read");
    }
  }

  #append(events: readonly StoredEvent[]): void {
    const [first] = events;
    if (!first) return;
    if (first.revision !== this.#head + 1) throw new Failure("internal", `the log of ${this.#project} has a hole after revision ${this.#head}`);
    for (const event of events) this.#keep({ event, bytes: bytesOf(event.data) });
    this.#head = first.revision + events.length - 1;
    for (const tell of this.#waiters) tell();
  }

  /** Whoever is further behind than the window reads from the database. */
  #keep(entry: { readonly event: StoredEvent; readonly bytes: number }): void {
    const { keptEvents = 2_000 } = this.#options;
    this.#window.push(entry);
    this.#windowBytes += entry.bytes;
    while (this.#window.length > keptEvents || (this.#windowBytes > keptBytes && this.#window.length > 1)) this.#windowBytes -= this.#window.shift()?.bytes ?? 0;
  }

  #changed(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      this.#waiters.add(done);
      if (signal.aborted) done();
      else signal.addEventListener("abort", done, { once: true });
    });
  }
}

/** A tail for as long as it is used. */
export interface UsedTail extends Disposable {
  readonly tail: Tail;
}

/** Tails of the projects that are watched now. */
export class Tails {
  readonly #options: TailOptions;
  readonly #tails = new Map<string, { readonly tail: Tail; readonly opened: Promise<void>; users: number; readonly timer: NodeJS.Timeout }>();

  constructor(options: TailOptions) {
    this.#options = options;
  }

  /** Something was committed: up to this revision, where it is known. */
  wake(project: string, revision = Number.POSITIVE_INFINITY): void {
    const known = this.#tails.get(project);
    known?.opened.then(
      () => {
        if (known.tail.head < revision) void known.tail.wake();
      },
      () => undefined, // whoever opens it is told
    );
  }

  async use(project: string): Promise<UsedTail> {
    const known = this.#tails.get(project) ?? this.#begin(project);
    known.users += 1;
    const end = () => {
      known.users -= 1;
      if (known.users > 0) return;
      clearInterval(known.timer);
      if (this.#tails.get(project) === known) this.#tails.delete(project);
    };
    try {
      await known.opened;
    } catch (error) {
      end();
      throw error;
    }
    return { tail: known.tail, [Symbol.dispose]: end };
  }

  #begin(project: string) {
    const tail = new Tail(project, this.#options);
    const opened = tail.open();
    const timer = setInterval(() => void tail.wake(), this.#options.pollMs ?? 5_000);
    const entry = { tail, opened, users: 0, timer };
    // One that cannot be opened is no use to the next caller.
    opened.catch(() => this.#tails.delete(project));
    this.#tails.set(project, entry);
    return entry;
  }
}
