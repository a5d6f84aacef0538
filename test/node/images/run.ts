import { exitInWords, startPart } from "@troupe/deploy/local/part";
import type { Making } from "./made-once.ts";

/** Runs a program with the whole environment of ours, where mirrors and proxies are set, and its output in the log; rejects unless it succeeds. */
export async function run(making: Making, command: string, args: readonly string[], cwd = making.scratch): Promise<void> {
  const part = await startPart({ name: `${command} for ${making.name}`, command, args, cwd, env: process.env, logFile: making.logFile });
  const exit = await part.exited;
  if (exit.code !== 0) throw new Error(exitInWords(exit));
}
