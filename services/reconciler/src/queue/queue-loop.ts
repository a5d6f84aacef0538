import type { Lane, Queue } from "./queue.ts";

export interface QueueLoopOptions {
  readonly queue: Queue;
  /** One pass; answers when to look again, or rejects: then the key backs off. */
  readonly work: (key: string) => Promise<number | undefined>;
  /** After a rejected pass; `inMs` until the next attempt. */
  readonly onFailure: (key: string, error: unknown, inMs: number) => void;
  /** Passes under way at once. */
  readonly concurrency: number;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** Runs passes from the queue, many keys at once, one pass per key. */
export class QueueLoop {
  readonly #options: QueueLoopOptions;
  #started = false;
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void) | undefined;

  constructor(options: QueueLoopOptions) {
    this.#options = options;
  }

  add(key: string, lane: Lane): void {
    this.#options.queue.add(key, lane);
    this.#schedule();
  }

  forget(key: string): void {
    this.#options.queue.forget(key);
  }

  /** Until then keys are only collected. */
  start(): void {
    this.#started = true;
    this.#schedule();
  }

  /** Begins nothing more; resolves when the passes under way have ended. */
  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    if (this.#options.queue.running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /** Behind whatever is being read from sockets now, so that what arrives together is one pass. */
  #schedule(): void {
    if (this.#scheduled || !this.#started) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    const { queue, concurrency, nowMs } = this.#options;
    clearTimeout(this.#timer);
    while (this.#started && queue.running < concurrency) {
      const key = queue.take(nowMs());
      if (key === undefined) break;
      void this.#pass(key);
    }
    if (!this.#started || queue.running >= concurrency) return;
    const nextAtMs = queue.nextAtMs(nowMs());
    if (nextAtMs !== undefined) this.#timer = setTimeout(() => this.#pump(), Math.max(1, nextAtMs - nowMs()));
  }

  async #pass(key: string): Promise<void> {
    const { queue, work, onFailure, nowMs, random } = this.#options;
    try {
      const lookAgainInMs = await work(key);
      queue.succeeded(key, nowMs(), lookAgainInMs);
    } catch (error) {
      onFailure(key, error, queue.failed(key, nowMs(), random));
    }
    if (queue.running === 0) this.#idle?.();
    this.#schedule();
  }
}
