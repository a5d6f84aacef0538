import { Failure } from "../failure.ts";

/**
 * A string that may hold `${{ … }}` expressions, split once when its document is parsed.
 * `cluster-${{ member.index }}` has two parts; a string without expressions has one text part, or none when empty.
 */
export interface Template {
  /** The string as written. */
  readonly source: string;
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  /** CEL between `${{` and `}}`, trimmed; `offset` is where it starts in the source (UTF-16 units). */
  | { readonly kind: "expression"; readonly source: string; readonly offset: number };

const opening = "${{";
const longestExpression = 4096;
const mostExpressions = 500;

/**
 * Splits a string at its expressions. One ends at the first `}}` outside brackets and strings; `$${{` is the text `${{`.
 * Throws invalid with the fact `offset`: where in the string the trouble is.
 */
export function parseTemplate(source: string): Template {
  const parts: TemplatePart[] = [];
  let text = "";
  let at = 0;
  for (let start = source.indexOf(opening); start >= 0; start = source.indexOf(opening, at)) {
    if (start > at && source[start - 1] === "$") {
      text += source.slice(at, start - 1) + opening;
      at = start + opening.length;
      continue;
    }
    const end = endOf(source, start);
    text += source.slice(at, start);
    if (text !== "") parts.push({ kind: "text", text });
    parts.push(expressionIn(source, start + opening.length, end));
    if (parts.length > 2 * mostExpressions) throw refused("TEMPLATE_TOO_LARGE", `holds more than ${mostExpressions} expressions`, start);
    text = "";
    at = end + 2;
  }
  text += source.slice(at);
  if (text !== "") parts.push({ kind: "text", text });
  return { source, parts };
}

/** A template of plain text, in which nothing is an expression. */
export function textTemplate(text: string): Template {
  return { source: text, parts: text === "" ? [] : [{ kind: "text", text }] };
}

/** The expression that is all of the template: its value keeps its type. */
export function onlyExpressionOf({ parts }: Template): string | undefined {
  const [first] = parts;
  return parts.length === 1 && first?.kind === "expression" ? first.source : undefined;
}

export function expressionsOf({ parts }: Template): readonly Extract<TemplatePart, { kind: "expression" }>[] {
  return parts.filter((part) => part.kind === "expression");
}

function expressionIn(source: string, start: number, end: number): TemplatePart {
  const inside = source.slice(start, end);
  const trimmed = inside.trim();
  if (trimmed === "") throw refused("EXPRESSION_INVALID", "holds an empty expression: write one between ${{ and }}, or $${{ for the text itself", start);
  if (trimmed.length > longestExpression) throw refused("TEMPLATE_TOO_LARGE", `holds an expression of more than ${longestExpression} characters`, start);
  return { kind: "expression", source: trimmed, offset: start + inside.length - inside.trimStart().length };
}

/** Index of the closing braces of the expression that opens at `start`. */
function endOf(source: string, start: number): number {
  let depth = 0;
  let at = start + opening.length;
  while (at < source.length) {
    const character = source.charAt(at);
    if (character === '"' || character === "'") {
      at = endOfString(source, at, start);
      continue;
    }
    if (depth <= 0 && character === "}" && source[at + 1] === "}") return at;
    if ("([{".includes(character)) depth += 1;
    if (")]}".includes(character)) depth -= 1;
    at += 1;
  }
  throw unterminated(start);
}

/** Index after the closing quote of a CEL string, single or triple; a backslash hides the next character, in raw strings too. */
function endOfString(source: string, at: number, expression: number): number {
  const quote = source.charAt(at);
  const closing = source.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  let index = at + closing.length;
  while (index < source.length) {
    if (source.startsWith(closing, index)) return index + closing.length;
    index += source[index] === "\\" ? 2 : 1;
  }
  throw unterminated(expression);
}

function unterminated(offset: number): Failure {
  return refused("EXPRESSION_UNTERMINATED", "holds ${{ without its }}: close the expression, or write $${{ for the text itself", offset);
}

function refused(reason: Uppercase<string>, message: string, offset: number): Failure {
  return new Failure("invalid", message, { reason, facts: { offset: String(offset) } });
}
