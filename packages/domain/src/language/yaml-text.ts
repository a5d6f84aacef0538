import { Composer, Lexer, Parser, type Document as YamlDocument } from "yaml";
import { type Failure, invalid, type Problem } from "../failure.ts";
import type { Lines, Place } from "./lines.ts";
import { unquotedExpression, type UnquotedExpression } from "./unquoted-expression.ts";

/*
 * Text → documents of the YAML library, with everything bounded before the library works on it: it is quadratic, or deep in
 * recursion, in several places. A lexeme costs about 2 µs of parsing, and a text between quotes or below `|` is one lexeme.
 */

export interface Limits {
  readonly textBytes: number;
  readonly lexemes: number;
  /** Of maps and lists inside each other. */
  readonly depth: number;
  readonly documents: number;
}

export const defaultLimits: Limits = { textBytes: 448 * 1024, lexemes: 24_000, depth: 40, documents: 100 };

/** At most this many problems of syntax are told: after the first, the rest is often a consequence. */
const mostErrors = 5;

interface SyntaxError {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

export function readYaml(text: string, lines: Lines, limits: Limits): readonly YamlDocument.Parsed[] {
  refuseBytes(text, lines, limits);
  const errors: SyntaxError[] = [];
  const documents = [...compose(text, lines, limits, errors)];
  if (errors.length > 0) throw refused(errors, lines);
  return documents.filter(({ contents }) => contents !== null && !(contents.range[0] === contents.range[1] && contents.tag === undefined));
}

function refuseBytes(text: string, lines: Lines, { textBytes }: Limits): void {
  const bytes = text.length > textBytes ? text.length : new TextEncoder().encode(text).length;
  if (bytes > textBytes) throw tooLarge(`the text has ${bytes} bytes, and at most ${textBytes} are possible`, lines.placeAt(0));
  const control = text.search(/(?![\t\n\r\u0085])\p{Cc}/u);
  if (control >= 0) throw invalid([{ path: "", ...lines.placeAt(control), reason: "CHARACTER_INVALID", message: `the character U+${text.charCodeAt(control).toString(16).padStart(4, "0").toUpperCase()} may not stand in a document` }]);
  if (text.isWellFormed()) return;
  const broken = text.search(/\p{Surrogate}/u);
  throw invalid([{ path: "", ...lines.placeAt(broken), reason: "CHARACTER_INVALID", message: "half a character (a lone surrogate) may not stand in a document" }]);
}

function* compose(text: string, lines: Lines, limits: Limits, errors: SyntaxError[]): Generator<YamlDocument.Parsed> {
  const composer = new Composer({ schema: "core", uniqueKeys: false, resolveKnownTags: false, prettyErrors: false, logLevel: "silent", strict: true });
  const note = (offset: number, code: string, message: string) => {
    errors.push({ offset, code, message });
    if (errors.length >= mostErrors) throw refused(errors, lines);
  };
  // The library makes an Error for each mistake, and there may be one a character: ours counts, and stops.
  Object.assign(composer, { onError: (source: unknown, code: string, message: string, warning?: boolean) => (warning === true ? undefined : note(offsetOf(source), code, message)) });
  let documents = 0;
  for (const token of tokensOf(text, lines, limits)) {
    if (token.type === "document" && (documents += 1) > limits.documents) throw tooLarge(`the text has more than ${limits.documents} documents`, lines.placeAt(token.offset));
    if (token.type === "error") note(token.offset, "UNEXPECTED_TOKEN", token.message);
    else yield* composer.next(token);
  }
  yield* composer.end();
}

function* tokensOf(text: string, lines: Lines, { lexemes, depth }: Limits) {
  const parser = new Parser();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > lexemes) throw tooLarge(`the text has more than ${lexemes} words and signs, and at most that many are possible`, lines.placeAt(parser.offset));
    // A map or list is two of the parser's levels at most.
    if (parser.stack.length > 2 * depth) throw invalid([{ path: "", ...lines.placeAt(parser.offset), reason: "TOO_DEEP", message: `maps and lists are nested more than ${depth} deep` }]);
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

function tooLarge(message: string, place: Place) {
  return invalid([{ path: "", ...place, reason: "TOO_LARGE", message }]);
}

function offsetOf(source: unknown): number {
  if (typeof source === "number") return source;
  if (Array.isArray(source)) return Number(source[0]);
  return typeof source === "object" && source !== null && "offset" in source ? Number(source.offset) : 0;
}

const advice: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab cannot indent: use spaces",
  BAD_INDENT: "the indentation does not fit the lines around it",
  BAD_ALIAS: "an alias (*) must follow the anchor (&) that it names",
  MULTILINE_IMPLICIT_KEY: "a key must be on one line, with its colon",
  MISSING_CHAR: "a quote, bracket or comma is missing",
  BLOCK_AS_IMPLICIT_KEY: "a key with a value stands where only a value may: put it on a line of its own, indented, or quote the text",
};

/** An expression without its quotes is the last mistake that is told: what comes after it follows from it. */
function refused(errors: readonly SyntaxError[], lines: Lines): Failure {
  const inOrder = errors.slice(0, mostErrors).toSorted((a, b) => a.offset - b.offset);
  const expressions = inOrder.map(({ offset }, index) => unquotedExpression(lines.text, offset, index === 0));
  const at = expressions.findIndex((expression) => expression !== undefined);
  const told = (at < 0 ? errors : inOrder.slice(0, at)).slice(0, mostErrors).map((error) => problemOf(error, lines));
  return invalid([...told, ...expressions.slice(at, at + 1).flatMap((expression) => (expression ? [unquoted(expression, lines)] : []))], "the document");
}

function unquoted({ offset, quoted }: UnquotedExpression, lines: Lines): Problem {
  return { path: "", ...lines.placeAt(offset), reason: "YAML_INVALID", message: 'this is no YAML: a text with an expression in it is not in quotes, and YAML takes it apart at brackets, commas, ": " and " #": put all of it into quotes', suggestion: quoted };
}

function problemOf({ offset, code, message }: SyntaxError, lines: Lines): Problem {
  const told = message.charAt(0).toLowerCase() + message.slice(1).replace(/\s+/g, " ").slice(0, 200);
  return { path: "", ...lines.placeAt(offset), reason: "YAML_INVALID", message: `this is no YAML: ${advice[code] ?? told}` };
}
