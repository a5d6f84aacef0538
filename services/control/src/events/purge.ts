import type { Log } from "@troupe/runtime/log";
import { wait } from "@troupe/runtime/wait";
import type { Store } from "../store.ts";

const dayMs = 86_400_000;

/**
 * How long things are kept that nobody asks for any more. Audit: who did what. History: generations of clusters that are gone, but
 * the last, which says who may adopt what they left.
 */
export const kept = { eventsMs: 30 * dayMs, requestsMs: dayMs, instancesMs: dayMs, auditMs: 90 * dayMs, historyMs: 90 * dayMs } as const;

export interface PurgeDeps {
  readonly store: Pick<Store, "purge">;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly everyMs?: number;
}

/** Forgets what is too old, again and again until the signal. Every replica does: a second one finds nothing. */
export async function runPurge({ store, log, nowMs, everyMs = 10 * 60_000 }: PurgeDeps, signal: AbortSignal): Promise<void> {
  const ago = (ms: number) => new Date(nowMs() - ms).toISOString();
  while (!signal.aborted) {
    await wait(everyMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const before = { events: ago(kept.eventsMs), requests: ago(kept.requestsMs), instances: ago(kept.instancesMs), audit: ago(kept.auditMs), history: ago(kept.historyMs) };
    await store.purge(before).catch((error: unknown) => log.warn({ error }, "what is too old cannot be removed now"));
  }
}
