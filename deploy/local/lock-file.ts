import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { isErrno } from "./errno.ts";

/** A holder says that often that it lives; process numbers alone are used again, and mean nothing in another container. */
const signOfLifeMs = 3_000;
const deadAfterMs = 15_000;

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock, or says which process holds it. A lock whose holder died is taken over. Two that find the same
 * dead holder at the same moment may both get it: what is done under the lock must come to no harm by that.
 */
export async function tryLock(file: string): Promise<Lock | { readonly heldBy: number }> {
  while (true) {
    if (await wroteAnew(file)) return keep(file);
    const heldBy = await livingHolder(file);
    if (heldBy !== undefined) return { heldBy };
    await rm(file, { force: true });
  }
}

async function wroteAnew(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
}

async function livingHolder(file: string): Promise<number | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    const pid = Number.parseInt(await readFile(file, "utf8"), 10);
    const silentMs = Date.now() - mtimeMs;
    if (Number.isNaN(pid)) return silentMs < deadAfterMs ? 0 : undefined; // being written just now
    return silentMs < deadAfterMs && isAlive(pid) ? pid : undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

function keep(file: string): Lock {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {}); // taken away: whoever did it knows better
  }, signOfLifeMs);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      await rm(file, { force: true });
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}
