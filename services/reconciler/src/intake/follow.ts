import { Failure } from "@troupe/domain/failure";
import type { Uid } from "@troupe/domain/name";
import type { ListDesiredRequest, ListDesiredResponse } from "@troupe/proto/troupe/internal/v1/reconciler";
import { delayMs } from "@troupe/runtime/backoff";
import type { Bus } from "@troupe/runtime/bus";
import type { Log } from "@troupe/runtime/log";
import type { DesiredSet } from "./desired.ts";
import { decodeSources, toSources } from "./words.ts";

export interface FollowOptions {
  readonly target: string;
  readonly bus: Pick<Bus, "subscribe" | "subscribed" | "onConnect">;
  readonly listDesired: (request: ListDesiredRequest, options: { readonly signal: AbortSignal }) => AsyncIterable<ListDesiredResponse>;
  readonly desired: DesiredSet;
  /** Something new is wanted of it. */
  readonly onOffer: (uid: Uid) => void;
  /** Control knows it no more: it was deleted for good. */
  readonly onForget: (uid: Uid) => void;
  readonly random: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/**
 * Keeps the desired set equal to control's until the signal: hears what changes, and compares digests at boot, after every
 * reconnect and each minute, all by the same function. Messages may be lost, doubled and late.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { target, bus, signal, log } = options;
  const nudge = new Nudge(signal);
  const heard = bus.subscribe(`troupe.v1.desired.${target}.>`, (body) => hear(options, body));
  // Messages were missed before it; what was under way when it came back may have been asked too early.
  const connected = bus.onConnect(() => nudge.now());
  for (let failures = 0; !signal.aborted; ) {
    try {
      // What is said after the list was made must be heard.
      await bus.subscribed();
      await compare(options);
      failures = 0;
      await nudge.within(options.everyMs ?? 60_000);
    } catch (error) {
      if (signal.aborted) break;
      if (failures === 0) log.warn({ error }, "what is desired cannot be compared with control");
      await nudge.within(delayMs(failures, options.random, { firstMs: 500, mostMs: 10_000 }));
      failures += 1;
    }
  }
  heard.stop();
  connected.stop();
}

function hear(options: FollowOptions, body: Uint8Array): void {
  try {
    const sources = decodeSources(body);
    if (options.desired.offer(sources)) options.onOffer(sources.uid);
  } catch (error) {
    // The next comparison fetches it again; if it is broken at its origin, that says so.
    options.log.error({ error }, "a message with sources cannot be read");
  }
}

async function compare({ target, listDesired, desired, onOffer, onForget, log, signal }: FollowOptions): Promise<void> {
  const before = desired.versions();
  const listed = new Set<Uid>();
  let ended = false;
  const digest = before.size === 0 ? "" : desired.digest();
  for await (const { part } of listDesired({ target, digest }, { signal })) {
    switch (part?.$case) {
      case "unchanged": {
        return;
      }
      case "sources": {
        listed.add(part.value.uid);
        offerListed(part.value);
        break;
      }
      case "digest": {
        ended = true;
        break;
      }
      case undefined: {
        break;
      }
    }
  }
  if (!ended) throw new Failure("unavailable", "the list of what is desired broke off");
  for (const [uid, version] of before) {
    // What was heard of while the list was made is younger than the list.
    if (listed.has(uid) || desired.get(uid)?.version !== version) continue;
    desired.forget(uid);
    onForget(uid);
  }

  /** One cluster that cannot be read must not keep the others from being seen. */
  function offerListed(message: Parameters<typeof toSources>[0]): void {
    try {
      if (desired.offer(toSources(message))) onOffer(message.uid);
    } catch (error) {
      log.error({ error, uid: message.uid }, "sources in a list cannot be read");
    }
  }
}

/** A wait that can be cut short; a nudge that comes while nobody waits is kept. */
class Nudge {
  #nudged = false;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.now(), { once: true });
  }

  now(): void {
    this.#nudged = true;
    this.#wake?.();
  }

  async within(ms: number): Promise<void> {
    if (!this.#nudged) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#nudged = false;
  }
}
