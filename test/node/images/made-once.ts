import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Say } from "@troupe/deploy/local/build-once";
import { exists } from "@troupe/deploy/local/exists";
import { once } from "@troupe/deploy/local/once";

/** Something that is being made: its name in what is said, the log of the programs that make it, and a folder that is removed afterwards. */
export interface Making {
  readonly name: string;
  readonly logFile: string;
  readonly scratch: string;
  /** What happens now; it is said at once, and again while it goes on. */
  readonly step: (what: string) => void;
}

/** Fills `folder` unless that was done before; it is there as a whole or not at all. Safe in several processes at once. */
export async function madeOnce(folder: string, name: string, say: Say, fill: (unfinished: string, making: Making) => Promise<void>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const onWait = (process: number) => say(`${name}: process ${process} is making it; waiting`);
  await once({ isDone: () => exists(folder), lockFile: `${folder}.making`, onWait }, () => make(folder, name, say, fill));
}

async function make(folder: string, name: string, say: Say, fill: (unfinished: string, making: Making) => Promise<void>): Promise<void> {
  const [unfinished, scratch, logFile] = [`${folder}.unfinished`, `${folder}.scratch`, `${folder}.log`];
  const startedMs = performance.now();
  const elapsed = () => `${Math.round((performance.now() - startedMs) / 1000)} s`;
  let now = "";
  const step = (what: string) => {
    now = what;
    say(`${name}: ${what}`);
  };
  const tick = setInterval(() => say(`${name}: ${now} (${elapsed()})`), 10_000);
  try {
    for (const each of [unfinished, scratch, logFile]) await rm(each, { recursive: true, force: true });
    for (const each of [unfinished, scratch]) await mkdir(each);
    await fill(unfinished, { name, logFile, scratch, step });
    await rename(unfinished, folder);
    say(`${name}: made in ${elapsed()}`);
  } finally {
    clearInterval(tick);
    for (const each of [unfinished, scratch]) await rm(each, { recursive: true, force: true });
  }
}
