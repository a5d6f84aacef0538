import { delayMs } from "@troupe/runtime/backoff";

/** `user`: somebody waits for it, and it ends a back-off · `event`: something changed in the target · `resync`: to look again. */
export type Lane = "user" | "event" | "resync";
const lanes: readonly Lane[] = ["user", "event", "resync"];

/**
 * Which clusters want a pass, in which order: each key is in it once, is never worked on twice at a time, and waits longer
 * after each failure. Pure but for its own state: it is told the time.
 */
export class Queue {
  readonly #ready: Readonly<Record<Lane, Set<string>>> = { user: new Set(), event: new Set(), resync: new Set() };
  readonly #running = new Set<string>();
  /** Added while running: wanted again as soon as they are finished. */
  readonly #again = new Map<string, Lane>();
  readonly #later = new Map<string, Later>();
  readonly #failures = new Map<string, number>();

  add(key: string, lane: Lane): void {
    if (lane !== "user" && this.#failures.has(key) && this.#later.has(key)) return;
    if (this.#running.has(key)) {
      this.#again.set(key, firstOf(lane, this.#again.get(key)));
      return;
    }
    this.#later.delete(key);
    this.#enqueue(key, lane);
  }

  /** The next key to work on, until `finish`. */
  take(nowMs: number): string | undefined {
    for (const [key, { atMs }] of this.#later) {
      if (atMs > nowMs) continue;
      this.#later.delete(key);
      this.#enqueue(key, "resync");
    }
    for (const lane of lanes) {
      const [key] = this.#ready[lane];
      if (key === undefined) continue;
      this.#ready[lane].delete(key);
      this.#running.add(key);
      return key;
    }
    return undefined;
  }

  /** `lookAgainInMs`: after that a pass is wanted even if nothing happens. */
  succeeded(key: string, nowMs: number, lookAgainInMs: number | undefined): void {
    this.#failures.delete(key);
    this.#release(key);
    if (lookAgainInMs !== undefined && !this.#isReady(key)) this.#later.set(key, { atMs: nowMs + lookAgainInMs });
  }

  /** What was added meanwhile waits too, unless a user did it. Returns how long. */
  failed(key: string, nowMs: number, random: () => number): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const again = this.#again.get(key);
    if (again !== "user") this.#again.delete(key);
    this.#release(key);
    if (again === "user") return 0;
    const inMs = delayMs(failures, random, { firstMs: 250, mostMs: 60_000 });
    this.#later.set(key, { atMs: nowMs + inMs });
    return inMs;
  }

  /** Nothing is known of it any more. */
  forget(key: string): void {
    for (const lane of lanes) this.#ready[lane].delete(key);
    this.#again.delete(key);
    this.#later.delete(key);
    this.#failures.delete(key);
  }

  /** When `take` may have a key although nothing is added; undefined: not before something is. */
  nextAtMs(nowMs: number): number | undefined {
    if (lanes.some((lane) => this.#ready[lane].size > 0)) return nowMs;
    let next: number | undefined;
    for (const { atMs } of this.#later.values()) next = next === undefined ? atMs : Math.min(next, atMs);
    return next;
  }

  get depth(): number {
    return lanes.reduce((sum, lane) => sum + this.#ready[lane].size, 0);
  }

  get running(): number {
    return this.#running.size;
  }

  #release(key: string): void {
    this.#running.delete(key);
    const again = this.#again.get(key);
    if (again === undefined) return;
    this.#again.delete(key);
    this.#enqueue(key, again);
  }

  #enqueue(key: string, lane: Lane): void {
    const present = lanes.find((each) => this.#ready[each].has(key));
    if (present !== undefined && firstOf(lane, present) === present) return;
    if (present !== undefined) this.#ready[present].delete(key);
    this.#ready[lane].add(key);
  }

  #isReady(key: string): boolean {
    return lanes.some((lane) => this.#ready[lane].has(key));
  }
}

interface Later {
  readonly atMs: number;
}

function firstOf(lane: Lane, other: Lane | undefined): Lane {
  return other === undefined || lanes.indexOf(lane) <= lanes.indexOf(other) ? lane : other;
}
