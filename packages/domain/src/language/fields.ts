import { Failure } from "../failure.ts";
import { onlyExpressionOf, parseTemplate, textTemplate, type Template } from "../expression/template.ts";
import { bytesOf, milliOf, parseDurationMs, parseQuantity, spell, type Quantity } from "../quantity.ts";
import type { TemplateList } from "./app.ts";
import type { Document } from "./document.ts";
import type { Path } from "./path.ts";
import { shown, type Problems } from "./problems.ts";

/** What reading the texts of a document takes. Each adds a problem and gives a value to go on with where it cannot be read. */
export interface Fields {
  readonly document: Document;
  readonly problems: Problems;
  /** A text that stands in several roles, as the app's defaults do, is parsed once. */
  readonly templates: Map<string, Template>;
}

export function templateAt({ problems, document, templates }: Fields, path: Path, value: string | number | boolean): Template {
  const text = scalarText(document, problems, path, value);
  const known = templates.get(text);
  if (known) return known;
  try {
    const template = typeof value === "string" ? parseTemplate(text) : textTemplate(text);
    templates.set(text, template);
    return template;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    problems.add(path, error.reason, error.message, { offset: Number(error.facts["offset"] ?? 0) });
    return textTemplate("");
  }
}

/** `4.10` is the number 4.1 to YAML: a word that would not come out as it was written is to be quoted. */
export function scalarText(document: Pick<Document, "sourceOf">, problems: Problems, path: Path, value: string | number | boolean): string {
  if (typeof value === "string") return value;
  const source = document.sourceOf(path);
  if (source !== undefined && source !== String(value)) problems.add(path, "SCALAR_AMBIGUOUS", `${shown(source)} would become ${shown(value)}: write it in quotes`, { suggestion: `"${source}"` });
  return String(value);
}

export function listAt(builder: Fields, path: Path, input: string | readonly (string | number | boolean)[] | undefined): TemplateList | undefined {
  if (input === undefined) return undefined;
  if (typeof input !== "string") return { kind: "elements", elements: input.map((element, index) => templateAt(builder, [...path, index], element)) };
  const template = templateAt(builder, path, input);
  if (onlyExpressionOf(template) === undefined && template.source === input) builder.problems.add(path, "TYPE_WRONG", "must be a list of texts, or one expression that gives such a list");
  return { kind: "whole", template };
}

/** What gives true or false: one expression and nothing else. */
export function conditionAt(builder: Fields, path: Path, text: string): Template {
  const template = templateAt(builder, path, text);
  if (onlyExpressionOf(template) === undefined && template.source === text) builder.problems.add(path, "TYPE_WRONG", "must be one expression that gives true or false", { suggestion: `\${{ ${text} }}` });
  return template;
}

export function secondsAt(builder: Fields, path: Path, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback;
  const durationMs = parsed(builder, path, () => parseDurationMs(text));
  if (durationMs === undefined) return fallback;
  const seconds = Math.max(least, Math.ceil(durationMs / 1000));
  if (durationMs !== seconds * 1000) builder.problems.add(path, "VALUE_INVALID", `must be whole seconds, at least ${least}s`, { suggestion: `${seconds}s` });
  return seconds;
}

export function cpuAt(builder: Pick<Fields, "problems">, path: Path, input: string | number | undefined): string | undefined {
  const quantity = quantityAt(builder, path, input);
  if (quantity && (quantity.nano === 0n || quantity.nano % 1_000_000n !== 0n)) builder.problems.add(path, "VALUE_INVALID", "must be more than nothing, in steps of 1m: a thousandth of a core");
  return quantity && spell({ nano: BigInt(milliOf(quantity)) * 1_000_000n, binary: false });
}

const mebibyte = 1024 * 1024;

/** Memory and storage. */
export function bytesAt(builder: Pick<Fields, "problems">, path: Path, input: string | number | undefined): string | undefined {
  const quantity = quantityAt(builder, path, input);
  if (quantity === undefined) return undefined;
  if (bytesOf(quantity) < mebibyte) {
    const meant = /^(\d+)m?$/.exec(String(input))?.[1];
    builder.problems.add(path, "VALUE_INVALID", `${shown(input)} is less than 1Mi: the unit is missing or wrong`, meant === undefined || meant === "0" ? {} : { suggestion: `did you mean ${meant}${String(input).endsWith("m") ? "Mi" : "Gi"}?` });
  }
  return spell(quantity);
}

function quantityAt(builder: Pick<Fields, "problems">, path: Path, input: string | number | undefined): Quantity | undefined {
  return input === undefined ? undefined : parsed(builder, path, () => parseQuantity(String(input)));
}

export function parsed<T>({ problems }: Pick<Fields, "problems">, path: Path, parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    problems.add(path, error.reason, error.message);
    return undefined;
  }
}
