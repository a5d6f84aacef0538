import { matches, parsePattern } from "../expression/pattern.ts";
import { Failure } from "../failure.ts";
import type { Json } from "../json.ts";
import { parseDurationMs, parseQuantity } from "../quantity.ts";
import { canonicalJson } from "../canonical.ts";
import type { Param, ParamType } from "./app.ts";
import { shown } from "./problems.ts";

/** About 50 ns for each character and step of a pattern: a spec may have hundreds of params. */
const longestSearch = 20_000;

/** What is wrong with a value for a param, as a sentence; undefined when nothing is. */
export function whyNotValue(param: Param, value: Json): string | undefined {
  const wrongType = whyNotType(param.type, value);
  if (wrongType !== undefined) return wrongType;
  if (param.enum && !param.enum.some((allowed) => canonicalJson(allowed) === canonicalJson(value))) return `${shown(value)} is not possible: write ${param.enum.map((allowed) => (typeof allowed === "string" ? allowed : JSON.stringify(allowed))).join(", ")}`;
  if (typeof value === "number" && param.min !== undefined && value < param.min) return `must be at least ${param.min}`;
  if (typeof value === "number" && param.max !== undefined && value > param.max) return `must be at most ${param.max}`;
  return typeof value === "string" && param.pattern !== undefined && param.enum === undefined ? whyNotMatching(value, param.pattern) : undefined;
}

const words: Readonly<Record<ParamType, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  quantity: "a quantity such as 500m or 16Gi",
  duration: "a time such as 30s or 5m",
  array: "a list",
  object: "a map",
};

function whyNotType(type: ParamType, value: Json): string | undefined {
  return isOfType(type, value) ? undefined : `${shown(value)} is not possible: must be ${words[type]}`;
}

function isOfType(type: ParamType, value: Json): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "quantity":
      return typeof value === "string" && isParsed(parseQuantity, value);
    case "duration":
      return typeof value === "string" && isParsed(parseDurationMs, value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
  }
}

function isParsed(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

/** A pattern that is wrong is told where it stands, not here. */
function whyNotMatching(value: string, source: string): string | undefined {
  if (!isParsed(parsePattern, source)) return undefined;
  const pattern = parsePattern(source);
  const longest = Math.floor(longestSearch / pattern.steps.length);
  if (value.length > longest) return `must have at most ${longest} characters, which is as many as its pattern is tried on`;
  if (matches(pattern, value)) return undefined;
  return `${shown(value)} does not match ${source}`;
}
