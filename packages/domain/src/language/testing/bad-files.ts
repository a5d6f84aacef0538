import { expect } from "vitest";
import { Failure, type Problem } from "../../failure.ts";

/** Files that are wrong, with ¦ at each place that must be told, in order; beside it reason and path of each. */
export type BadFile = readonly [what: string, text: string, problems: readonly (readonly [reason: string, path: string, suggestion?: string])[]];

/** A definition with all that it needs but roles. */
export const head = "apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: thing}\nspec:\n  version: '1.0'\n  image: registry.example/thing:1.0\n";
export const app = (rest: string) => head + rest.replace(/^\n/, "");

export interface Told {
  readonly problems: readonly Problem[];
}

export function told(run: () => readonly Problem[]): Told {
  try {
    return { problems: run() };
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).kind).toBe("invalid");
    return { problems: (error as Failure).problems };
  }
}

/** Text without the marks, and where they were. */
export function unmarked(marked: string) {
  const places: { line: number; column: number }[] = [];
  let text = "";
  for (const piece of marked.split("¦")) {
    if (text !== "" || places.length > 0 || marked.startsWith("¦")) places.push({ line: text.split("\n").length, column: text.length - text.lastIndexOf("\n") });
    text += piece;
  }
  const [first] = places;
  return { text, places: marked.startsWith("¦") && first ? places.slice(1) : places };
}

export function expectProblems([, marked, expected]: BadFile, run: (text: string) => readonly Problem[]): void {
  const { text, places } = unmarked(marked);
  const { problems } = told(() => run(text));
  expect(problems.map(({ reason, path }) => [reason, path])).toEqual(expected.map(([reason, path]) => [reason, path]));
  expected.forEach(([, , suggestion], index) => expect(problems[index]?.suggestion).toBe(suggestion));
  const distinct = [...new Set(problems.map(({ line, column }) => `${line}:${column}`))];
  if (marked.includes("¦")) expect(distinct).toEqual(places.map(({ line, column }) => `${line}:${column}`));
  for (const { message } of problems) expect(message).toMatch(/^[^A-Z.].*[^.]$/s);
}
