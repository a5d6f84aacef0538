import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "./exists.ts";
import { cacheFolder } from "./folders.ts";
import { goEnvironment, requireGo } from "./go.ts";
import { once } from "./once.ts";
import { exitInWords, startPart } from "./part.ts";

/** Tells a person what happens, one line at a time. */
export type Say = (line: string) => void;

export interface BuildOptions {
  readonly name: string;
  readonly version: string;
  /** A folder with a go.mod of its own. */
  readonly moduleDir: string;
  /** What to build in it: "." or the path of a package that its go.mod requires. */
  readonly package: string;
  readonly ldflags: string;
  /** What it takes on two cores with nothing in Go's own cache, for the progress line. */
  readonly usualMs: number;
  /** What it is needed for, and what could be given instead. */
  readonly why: string;
  readonly instead: string;
  readonly say: Say;
  readonly signal?: AbortSignal | undefined;
  readonly cache?: string;
}

/** The path of a program that is built from published Go modules unless it was before. Safe in several processes at once. */
export async function buildOnce(options: BuildOptions): Promise<string> {
  const { name, version, cache = cacheFolder(), say, signal } = options;
  const folder = join(cache, `${name}-${version}-${await fingerprintOf(options)}`);
  const program = join(folder, name);
  await mkdir(folder, { recursive: true });
  const onWait = (process: number) => say(`${name}: process ${process} is building it; waiting`);
  await once({ isDone: () => exists(program), lockFile: join(folder, "building"), onWait, signal }, () => build(options, folder, program));
  return program;
}

/** To a name of this process first: whoever sees the program sees the whole of it. */
async function build(options: BuildOptions, folder: string, program: string): Promise<void> {
  const { name, version, moduleDir, package: what, ldflags, why, usualMs, say, signal } = options;
  await requireGo(moduleDir, options);
  say(`${name} ${version}: building it from its Go modules, once on this machine (${why}); usually ${inWords(usualMs)} on two cores`);
  const startedMs = performance.now();
  const elapsed = () => inWords(performance.now() - startedMs);
  const unfinished = `${program}.${process.pid}`;
  const logFile = join(folder, "build.log");
  const go = await startPart({
    name: `the build of ${name}`,
    command: "go",
    args: ["build", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", unfinished, what],
    cwd: moduleDir,
    env: goEnvironment(),
    logFile,
  });
  const tick = setInterval(() => say(`${name} ${version}: still building, ${elapsed()} of usually ${inWords(usualMs)}`), 10_000);
  const abort = () => void go.stop();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const exit = await go.exited;
    signal?.throwIfAborted();
    if (exit.code !== 0) throw new Error(`${exitInWords(exit)}\n${options.instead}`);
    await rename(unfinished, program);
    say(`${name} ${version}: built in ${elapsed()}`);
  } finally {
    clearInterval(tick);
    signal?.removeEventListener("abort", abort);
    await rm(unfinished, { force: true });
  }
}

/** Changes with everything of ours that decides what is built. */
async function fingerprintOf({ moduleDir, package: what, ldflags }: BuildOptions): Promise<string> {
  const hash = createHash("sha256").update(`${what}\n${ldflags}\n`);
  const files = (await readdir(moduleDir)).filter((file) => /^go\.(mod|sum)$|\.go$/.test(file));
  for (const file of files.sort()) hash.update(`${file}\n`).update(await readFile(join(moduleDir, file)));
  return hash.digest("hex").slice(0, 10);
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
