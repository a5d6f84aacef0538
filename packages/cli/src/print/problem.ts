import type { Problem } from "@troupe/domain/failure";
import type { Paint } from "./paint.ts";
import { visible } from "./visible.ts";
import { widthOf } from "./width.ts";

/** A problem and the document that it is in. */
export interface PlacedProblem extends Problem {
  /** As given with `-f`; `-` for standard input. */
  readonly file: string;
}

export interface ProblemStyle {
  readonly paint: Paint;
  readonly columns: number;
  /** The file's text, where it is known. */
  readonly textOf: (file: string) => string | undefined;
}

/**
 * As compilers show it, and editors can follow:
 *
 *     cluster.yaml:7:12: spec.roles.brokr: the app has no such role
 *       7 | roles: {brokr: {members: 5}}
 *         |         ^^^^^ did you mean broker?
 */
export function renderProblem(problem: PlacedProblem, style: ProblemStyle): string {
  const { paint } = style;
  const place = [spokenFile(problem.file), problem.line, problem.column].filter((part) => part !== undefined && part !== 0).join(":");
  const path = problem.path === "" ? "" : `${paint.cyan(visible(problem.path))}: `;
  const head = `${paint.bold(place)}: ${path}${visible(problem.message)}`;
  const excerpt = excerptOf(problem, style);
  if (excerpt) return `${head}\n${excerpt}\n`;
  return problem.suggestion ? `${head}\n  ${paint.green(advice(problem.suggestion))}\n` : `${head}\n`;
}

/** Some suggestions are a sentence, others just the value that would do. */
function advice(suggestion: string): string {
  return /^(?:did you mean|nearest:) /.test(suggestion) ? visible(suggestion) : `would be right: ${visible(suggestion)}`;
}

export function spokenFile(file: string): string {
  return file === "-" ? "standard input" : file;
}

function excerptOf({ file, line, column, suggestion }: PlacedProblem, { paint, columns, textOf }: ProblemStyle): string | undefined {
  const text = line === undefined ? undefined : textOf(file)?.split("\n")[line - 1];
  if (text === undefined || line === undefined) return undefined;
  const number = String(line);
  const start = Math.min((column ?? 1) - 1, text.length);
  const { shown, before } = windowOf(text.replace(/\r$/, ""), start, Math.max(20, columns - number.length - 6));
  const indent = " ".repeat(widthOf(before));
  const carets = paint.red("^".repeat(Math.max(1, widthOf(wordAt(text, start)))));
  const right = suggestion ? ` ${paint.green(advice(suggestion))}` : "";
  return [`  ${paint.dim(`${number} |`)} ${shown}`, `  ${paint.dim(`${" ".repeat(number.length)} |`)} ${indent}${carets}${right}`].join("\n");
}

/** The part of a long line that has the place in it, tabs and controls made harmless; and what of it comes before the place. */
function windowOf(text: string, start: number, columns: number): { shown: string; before: string } {
  const flat = (part: string) => part.replace(/\t/g, "  ").replace(/\p{Cc}/gu, "�");
  const before = flat(text.slice(0, start));
  const after = flat(text.slice(start));
  if (before.length + after.length <= columns) return { shown: before + after, before };
  const kept = before.length <= columns / 2 ? before : `…${before.slice(-Math.floor(columns / 2))}`;
  const room = columns - kept.length;
  return { shown: kept + (after.length > room ? `${after.slice(0, room - 1)}…` : after), before: kept };
}

/** What is underlined: a quoted text or a word, at most 40 characters. */
function wordAt(text: string, start: number): string {
  const word = /^("[^"]*"|'[^']*'|\$\{\{.*?\}\}|[^\s,:{}[\]]+)/.exec(text.slice(start))?.[0] ?? "";
  return word.slice(0, 40);
}
