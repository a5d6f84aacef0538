import type { Uid } from "@troupe/domain/name";
import type { HeartbeatRequest, HeartbeatResponse } from "@troupe/proto/troupe/internal/v1/reconciler";
import type { Log } from "@troupe/runtime/log";
import { wait } from "@troupe/runtime/wait";
import { ownerOf } from "./rendezvous.ts";

export interface OwnershipOptions {
  readonly target: string;
  /** Unique for the life of the process. */
  readonly instance: string;
  readonly beat: (request: HeartbeatRequest, options: { readonly deadlineMs: number; readonly signal?: AbortSignal }) => Promise<HeartbeatResponse>;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Who lives has changed, and with it possibly who owns what. */
  readonly onChange: () => void;
  readonly log: Log;
  readonly everyMs?: number;
}

/**
 * Who acts for which cluster. All replicas hear everything; the owner acts. While control is away the last answer stands:
 * nobody takes over without control, but past its deadline an owner is no longer certain of itself.
 */
export class Ownership {
  readonly #options: OwnershipOptions;
  #answer: HeartbeatResponse | undefined;
  #validUntilMs = 0;
  #owners = new Map<Uid, boolean>();

  constructor(options: OwnershipOptions) {
    this.#options = options;
  }

  owns(uid: Uid): boolean {
    const known = this.#owners.get(uid);
    if (known !== undefined) return known;
    const owns = ownerOf(uid, this.#answer?.instances ?? []) === this.#options.instance;
    this.#owners.set(uid, owns);
    return owns;
  }

  /** 0 before the first answer; nothing is owned then. */
  get epoch(): number {
    return Number(this.#answer?.epoch ?? 0n);
  }

  /** Nobody can have taken over yet. */
  get isCertain(): boolean {
    return this.#options.nowMs() < this.#validUntilMs;
  }

  get isKnown(): boolean {
    return this.#answer !== undefined;
  }

  /** Beats until the signal, then says that it leaves, so that others need not wait for the deadline. */
  async run(signal: AbortSignal): Promise<void> {
    const everyMs = this.#options.everyMs ?? 5_000;
    for (let failures = 0; !signal.aborted; ) {
      const startedMs = this.#options.nowMs();
      try {
        await this.#beatOnce(signal);
        failures = 0;
      } catch (error) {
        if (!signal.aborted && failures === 0) this.#options.log.warn({ error }, "a heartbeat was not answered");
        failures += 1;
      }
      // A failed one is repeated sooner: three of them fit into the time that an answer is good for.
      const restMs = failures > 0 ? everyMs / 5 : everyMs - (this.#options.nowMs() - startedMs);
      await wait(Math.max(0, restMs), signal).catch(() => undefined);
    }
    await this.#leave();
  }

  async #beatOnce(signal: AbortSignal): Promise<void> {
    const { beat, target, instance, nowMs, log, onChange } = this.#options;
    const askedMs = nowMs();
    const answer = await beat({ target, instance, leaving: false }, { deadlineMs: 4_000, signal });
    this.#validUntilMs = askedMs + answer.validMs;
    const changed = this.#answer?.epoch !== answer.epoch || this.#answer.instances.join() !== answer.instances.join();
    this.#answer = answer;
    if (!changed) return;
    this.#owners = new Map();
    log.info({ epoch: Number(answer.epoch), instances: answer.instances.length }, "the set of reconcilers has changed");
    onChange();
  }

  async #leave(): Promise<void> {
    if (!this.#answer) return;
    const { beat, target, instance, log } = this.#options;
    this.#validUntilMs = 0;
    await beat({ target, instance, leaving: true }, { deadlineMs: 2_000 }).catch((error: unknown) => {
      log.warn({ error }, "others were not told that this one leaves");
    });
  }
}
