import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { hostEnvironment } from "@troupe/deploy/local/part";
import type { Program } from "@troupe/deploy/local/programs";

/** Its standard output; rejects with what it wrote to standard error. */
export async function run({ command, before }: Program, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...before, ...args], { env: hostEnvironment(), maxBuffer: 1 << 26 });
  return stdout;
}

/** A shell script with arguments $1, $2 and so on. */
export async function runScript(within: Program, script: string, ...args: readonly string[]): Promise<string> {
  return run(within, "sh", "-euc", script, "sh", ...args);
}
