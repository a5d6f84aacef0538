import type { Paint } from "./print/paint.ts";
import { visible } from "./print/visible.ts";
import { Failure } from "@troupe/domain/failure";
import type { Api } from "./connect.ts";
import type { Terminal } from "./terminal.ts";

export type Output = "table" | "wide" | "json" | "yaml" | "name";

/** What every command is given: the terminal, what was said for all commands, and the server once it is needed. */
export interface Session {
  readonly terminal: Terminal;
  readonly address: string;
  /** As given with `-n` or TROUPE_PROJECT. */
  readonly givenProject: string | undefined;
  /** The same, else `default`. */
  readonly project: string;
  readonly output: Output;
  /** Colours for results, and for the rest: each only where it goes to a terminal. */
  readonly paint: Paint;
  readonly errPaint: Paint;
  /** Opened at the first use, and kept. */
  api(): Promise<Api>;
  /** Has the server answered anything yet. */
  answered: boolean;
  /** Has anything been asked to change. */
  changing: boolean;
}

export function interrupted(signal: AbortSignal): Failure {
  const { reason } = signal;
  return reason instanceof Failure ? reason : new Failure("unavailable", "interrupted", { reason: "INTERRUPTED" });
}

export function isMachineReadable({ output }: Session): boolean {
  return output === "json" || output === "yaml";
}

/** One value on stdout, in the form that was asked for. */
export async function printValue({ terminal, output }: Session, value: unknown): Promise<void> {
  terminal.out.write(output === "yaml" ? await yamlOf(value) : `${JSON.stringify(value, undefined, 2)}\n`);
}

/** One of many values on stdout: JSON a line each, YAML a document each. */
export async function printNext({ terminal, output }: Session, value: unknown): Promise<void> {
  terminal.out.write(output === "yaml" ? `---\n${await yamlOf(value)}` : `${JSON.stringify(value)}\n`);
}

async function yamlOf(value: unknown): Promise<string> {
  return (await import("./print/yaml.ts")).yamlOf(value);
}

export function note({ terminal, errPaint }: Session, text: string): void {
  terminal.err.write(`${errPaint.dim(visible(text))}\n`);
}
