import { Failure } from "@troupe/domain/failure";
import type { EventType } from "@troupe/domain/life/events";
import type { Bus, PublishedEvent, StreamState } from "@troupe/runtime/bus";
import { delayMs } from "@troupe/runtime/backoff";
import type { Log } from "@troupe/runtime/log";
import { wait } from "@troupe/runtime/wait";
import type { RelayLock } from "../db/relay-lock.ts";
import type { DesiredRow, Published, RelayCursor, Store, StoredEvent } from "../store.ts";
import { desiredSubject, eventStream, forms, toCloudEvent } from "./cloud-event.ts";
import { Wakes } from "./wakes.ts";

export interface RelayDeps {
  readonly store: Pick<Store, "unpublished" | "relayCursor" | "eventsAfter" | "desiredOf" | "moveCursor">;
  readonly bus: Pick<Bus, "ensureStream" | "streamState" | "publishEvent" | "publish" | "onConnect">;
  /** The bytes of Sources, as ListDesired sends them. */
  readonly encodeDesired: (row: DesiredRow) => Promise<Uint8Array>;
  /** Projects in which something was committed. */
  readonly wakes: Wakes;
  readonly tryLock: () => Promise<RelayLock | undefined>;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly pollMs?: number;
}

/** How many events of a project are under way at a time, and of how many projects. */
const inFlight = 256;
const projectsAtOnce = 8;
const backoff = { firstMs: 200, mostMs: 5_000 };
/** A cursor that is not written yet costs a few events sent twice, which the stream drops. */
const cursorEveryMs = 250;

/**
 * Publishes the log of every project: to subscribers as events, to reconcilers as the sources that changed. Of all replicas one
 * does it. While NATS is away nothing is lost: the log is the outbox. Runs until the signal.
 */
export async function runRelay(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  const { bus, wakes, log, random, tryLock, pollMs = 5_000 } = deps;
  const reconnects = new Wakes();
  const connected = bus.onConnect(() => {
    wakes.all();
    reconnects.all();
  });
  for (let failures = 0; !signal.aborted; ) {
    try {
      await using lock = await tryLock();
      if (lock) await new Relay(deps, lock.lost).run(AbortSignal.any([signal, lock.lost]), () => (failures = 0));
      else await wait(pollMs, signal);
    } catch (error) {
      if (signal.aborted) break;
      if (failures === 0) log.warn({ error }, "the log cannot be published now, and will be later");
      await reconnects.take(delayMs(failures, random, backoff), signal);
      failures += 1;
    }
  }
  connected.stop();
}

/** A project, and where in its log to go on. */
interface Place extends Pick<RelayCursor, "project" | "published"> {
  readonly from: number;
  /** The last message of the stream that is known of. */
  readonly sequence: number;
}

function placeOf({ project, published, purged }: RelayCursor, stream: StreamState, keptSince: string): Place {
  return { project, published, from: startOf({ published, purged }, stream, keptSince), sequence: stream.lastSequence };
}

/** A project's cursor as this relay knows it, which is newer than what is written. */
interface Cursor {
  readonly published: Published;
  readonly written: Published;
}

/** The relay while it has the lock. */
class Relay {
  readonly #deps: RelayDeps;
  /** Aborts with the lock. */
  readonly #lost: AbortSignal;
  readonly #cursors = new Map<string, Cursor>();

  constructor(deps: RelayDeps, lost: AbortSignal) {
    this.#deps = deps;
    this.#lost = lost;
  }

  async run(signal: AbortSignal, onSuccess: () => void): Promise<void> {
    try {
      await this.#publishUntil(signal, onSuccess);
    } finally {
      // Also where something failed: what was published until then need not be published again.
      await this.#writeCursors();
    }
  }

  async #publishUntil(signal: AbortSignal, onSuccess: () => void): Promise<void> {
    const { wakes, nowMs, pollMs = 5_000 } = this.#deps;
    let stream = await this.#publishEverything(signal);
    for (let checkedMs = nowMs(); !signal.aborted; ) {
      onSuccess();
      const due = await wakes.take(this.#isBehind() ? cursorEveryMs : pollMs, signal);
      if (due.everything || nowMs() - checkedMs >= pollMs) {
        stream = await this.#publishEverything(signal);
        checkedMs = nowMs();
      } else if (due.projects.size > 0) {
        // Also told of what this replica committed itself, and by NATS once more.
        const ahead = [...due.projects].filter(([project, revision]) => revision > (this.#cursors.get(project)?.published.revision ?? -1));
        await this.#publishAll(await Promise.all(ahead.map(([project]) => this.#placeOf(project, stream))), stream, signal);
      } else {
        await this.#writeCursors();
      }
    }
  }

  /** Looks at the stream and at all projects: what was missed, and what was lost. */
  async #publishEverything(signal: AbortSignal): Promise<StreamState> {
    const stream = await this.#stream();
    await this.#writeCursors();
    const { createdAt, firstSequence, lastSequence } = stream;
    const cursors = await this.#deps.store.unpublished({ createdAt, firstSequence, lastSequence, keptSince: this.#keptSince() });
    await this.#publishAll(cursors.map((cursor) => placeOf(cursor, stream, this.#keptSince())), stream, signal);
    return stream;
  }

  async #stream(): Promise<StreamState> {
    const { bus } = this.#deps;
    const known = await bus.streamState(eventStream.name);
    if (known) return known;
    await bus.ensureStream(eventStream);
    const made = await bus.streamState(eventStream.name);
    if (!made) throw new Failure("unavailable", `the stream ${eventStream.name} was made and is not there`);
    return made;
  }

  /** Some side by side: one that fails must not keep the others back. It is tried again, from what is written. */
  async #publishAll(places: readonly Place[], stream: StreamState, signal: AbortSignal): Promise<void> {
    const left = places.values();
    const failed: unknown[] = [];
    const publishLeft = async () => {
      for (const place of left) await this.#publishProject(place, stream, signal).catch((error: unknown) => failed.push(error));
    };
    await Promise.all(Array.from({ length: projectsAtOnce }, publishLeft));
    if (failed.length > 0) throw failed[0];
  }

  /** What this relay published itself is in the stream: what was known of the stream then is older. */
  async #placeOf(project: string, stream: StreamState): Promise<Place> {
    const published = this.#cursors.get(project)?.published;
    if (published) return { project, published, from: published.revision, sequence: published.sequence };
    return placeOf(await this.#deps.store.relayCursor(project), stream, this.#keptSince());
  }

  async #publishProject({ project, published: before, from, sequence: known }: Place, stream: StreamState, signal: AbortSignal): Promise<void> {
    let at = from;
    let sequence = known;
    for (let more = true; more; ) {
      signal.throwIfAborted();
      const page = await this.#deps.store.eventsAfter(project, at, inFlight);
      await this.#publishDesired(page.events, Math.max(at, before.revision));
      sequence = Math.max(sequence, await this.#publishEvents(page.events, stream));
      at = page.events.at(-1)?.revision ?? at;
      more = page.more && page.events.length > 0;
      const isNews = at !== before.revision || from !== before.revision || before.stream !== stream.createdAt || before.sequence < stream.firstSequence;
      if (isNews) this.#cursors.set(project, { published: { revision: at, stream: stream.createdAt, sequence, time: this.#now() }, written: this.#cursors.get(project)?.written ?? before });
      // A log that is long is not begun anew by whoever has to take over.
      if (more) await this.#writeCursor(project);
    }
  }

  /** Whole states, so that only the last of a cluster matters; nobody waits for them. */
  async #publishDesired(events: readonly StoredEvent[], changedAfter: number): Promise<void> {
    const { store, bus, encodeDesired, log } = this.#deps;
    const uids = new Set(events.filter(({ type, revision }) => concernsReconcilers.has(type) && revision > changedAfter).map(({ uid }) => uid));
    if (uids.size === 0) return;
    for (const row of await store.desiredOf({ uids: [...uids], changedAfter })) {
      const { target, uid } = row.cluster;
      // One that cannot be told must not keep back the others, nor the log: reconcilers ask for all that they must run.
      const body = await encodeDesired(row).catch((error: unknown) => log.error({ error, uid }, "the sources of a cluster cannot be sent"));
      if (body) bus.publish(desiredSubject(target, uid), body);
    }
  }

  /** All of them under way at once, in order; the highest sequence number that the stream gave. */
  async #publishEvents(events: readonly StoredEvent[], stream: StreamState): Promise<number> {
    const oldest = this.#keptSince();
    // The stream would drop what is older at once.
    const young = events.filter(({ time }) => time >= oldest);
    const answers = await Promise.allSettled(young.map((event) => this.#publishEvent(event, stream)));
    return answers.reduce((highest, answer) => {
      if (answer.status === "rejected") throw answer.reason;
      return Math.max(highest, answer.value);
    }, 0);
  }

  /** One that is too large in every form is left out: it would be too large for ever. */
  async #publishEvent(event: StoredEvent, stream: StreamState): Promise<number> {
    const { project, revision } = event;
    for (const form of forms) {
      try {
        return await this.#publishMessage(toCloudEvent(event, form), stream);
      } catch (error) {
        if (!(error instanceof Failure && error.kind === "exhausted")) throw error;
        if (form === "whole") this.#deps.log.error({ error, project, revision }, "an event is too large for NATS, and is published without what makes it so");
      }
    }
    return 0;
  }

  async #publishMessage(message: PublishedEvent, { firstSequence }: StreamState): Promise<number> {
    const { sequence, duplicate } = await this.#deps.bus.publishEvent(message);
    if (!duplicate || sequence >= firstSequence) return sequence;
    // The stream remembers the id of a message that it no longer has: it was purged.
    return (await this.#deps.bus.publishEvent({ ...message, id: `${message.id}+${firstSequence}` })).sequence;
  }

  #isBehind(): boolean {
    return [...this.#cursors.values()].some(({ published, written }) => published !== written);
  }

  async #writeCursors(): Promise<void> {
    for (const [project, { published, written }] of this.#cursors) if (published !== written) await this.#writeCursor(project);
  }

  async #writeCursor(project: string): Promise<void> {
    this.#lost.throwIfAborted();
    const cursor = this.#cursors.get(project);
    if (!cursor) return;
    const { published, written } = cursor;
    if (!(await this.#deps.store.moveCursor(project, written, published))) throw new Failure("conflict", `another relay publishes the log of ${project}`);
    this.#cursors.set(project, { published, written: published });
  }

  #now(): string {
    return new Date(this.#deps.nowMs()).toISOString();
  }

  #keptSince(): string {
    return new Date(this.#deps.nowMs() - eventStream.maxAgeMs).toISOString();
  }
}

/** Kinds of events after which a cluster's sources are other ones. */
const concernsReconcilers: ReadonlySet<EventType> = new Set<EventType>(["cluster.created", "cluster.updated", "cluster.deleting", "cluster.needs_changed"]);

/**
 * After which revision to go on, given what the stream says of itself. A cursor counts for the stream that it was written for:
 * a new stream gets all that is kept; one that lost its last messages (a server that crashed before it wrote them to disk)
 * gets at least as many again; one whose messages were all removed gets them all again.
 */
export function startOf({ published, purged }: Pick<RelayCursor, "published" | "purged">, stream: StreamState, keptSince: string): number {
  return Math.max(purged, revisionFor(published, stream, keptSince));
}

function revisionFor({ revision, stream: createdAt, sequence, time }: Published, stream: StreamState, keptSince: string): number {
  if (createdAt !== stream.createdAt) return 0;
  if (sequence > stream.lastSequence) return revision - (sequence - stream.lastSequence);
  if (sequence < stream.firstSequence && time > keptSince) return 0;
  return revision;
}
