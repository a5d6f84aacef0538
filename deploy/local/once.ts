import { setTimeout as delay } from "node:timers/promises";
import { tryLock } from "./lock-file.ts";

export interface Once {
  isDone(): Promise<boolean>;
  /** Of whoever does it, in a folder that is there. */
  readonly lockFile: string;
  /** Another process is at it. */
  onWait(process: number): void;
  readonly signal?: AbortSignal | undefined;
}

/** Does what takes long unless it is done: once on this machine, however many processes want it. */
export async function once({ isDone, lockFile, onWait, signal }: Once, act: () => Promise<void>): Promise<void> {
  while (!(await isDone())) {
    signal?.throwIfAborted();
    const lock = await tryLock(lockFile);
    if ("heldBy" in lock) {
      onWait(lock.heldBy);
      await delay(2_000, undefined, { signal });
      continue;
    }
    try {
      if (!(await isDone())) await act();
    } finally {
      await lock.release();
    }
  }
}
