import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { makeLeash } from "./leash.ts";
import { lastLines } from "./log-tail.ts";

export interface PartOptions {
  /** As people call it, in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process; by default only where programs and the home are found. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Both outputs are appended to it. */
  readonly logFile: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** What asks it to stop in order. */
  readonly stopSignal?: NodeJS.Signals;
  /** After which it is killed. */
  readonly stopDeadlineMs?: number;
}

export interface Exit {
  readonly name: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether we wanted it to end. */
  readonly asked: boolean;
  readonly lastLines: readonly string[];
  readonly logFile: string;
}

export interface Part {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Never rejects. */
  readonly exited: Promise<Exit>;
  stop(signal?: NodeJS.Signals, deadlineMs?: number): Promise<Exit>;
  kill(): Promise<Exit>;
}

/**
 * Starts a program that lives no longer than this process, however this process ends. It leads a session of its own:
 * Ctrl-C in the terminal reaches only us, so that the order of stopping is ours.
 */
export async function startPart(options: PartOptions): Promise<Part> {
  const { name, logFile, stopSignal = "SIGTERM", stopDeadlineMs = 10_000 } = options;
  await mkdir(dirname(logFile), { recursive: true });
  const leash = makeLeash(stopSignal);
  const child = spawnInto(logFile, options);
  const pid = child.pid;
  if (pid === undefined) {
    leash.release();
    const [error] = await once(child, "error");
    throw new Error(`${name} cannot be started: ${error instanceof Error ? error.message : String(error)}`);
  }
  leash.hold(pid);
  let asked = false;
  const exited = once(child, "exit").then(async ([code, signal]): Promise<Exit> => {
    killGroup(pid); // what it may have left behind
    leash.release();
    return { name, code, signal, asked, lastLines: await lastLines(logFile, 15), logFile };
  });
  const stop = async (signal = stopSignal, deadlineMs = stopDeadlineMs): Promise<Exit> => {
    asked = true;
    child.kill(signal);
    const deadline = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
    return exited.finally(() => clearTimeout(deadline));
  };
  return { name, pid, logFile, exited, stop, kill: () => stop("SIGKILL") };
}

function spawnInto(logFile: string, { command, args, env = hostEnvironment(), cwd, uid, gid }: PartOptions): ChildProcess {
  const log = openSync(logFile, "a");
  try {
    return spawn(command, args, {
      stdio: ["ignore", log, log],
      detached: true,
      env,
      ...(cwd !== undefined && { cwd }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
  } finally {
    closeSync(log);
  }
}

/** Where programs and the home are found, and nothing that could steer a program by accident, such as KUBECONFIG or PGHOST. */
export function hostEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return { PATH, HOME, TMPDIR, LANG };
}

function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}

/** An exit in words: `nats ended with code 1; its last lines (…/nats.log): …`. */
export function exitInWords({ name, code, signal, lastLines: lines, logFile }: Exit): string {
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  return `${name} ended ${how}; the end of its log ${logFile}:\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
