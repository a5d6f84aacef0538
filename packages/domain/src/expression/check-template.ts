import { namedIn } from "../by-name.ts";
import type { FailureReason } from "../failure.ts";
import { nearest } from "../nearest.ts";
import { isWrong, parseExpression, type Engine } from "./cel.ts";
import { functionNames, methodNames } from "./functions.ts";
import { childrenOf, readsIn, roots, type Read, type Syntax } from "./syntax.ts";
import { expressionsOf, type Template } from "./template.ts";
import { commonTypes, type Place, type TypeEnvironment } from "./types.ts";

/** What stands where a template stands. */
export interface Expected {
  /** `text`: numbers and booleans too, and null, which leaves the key out · `value`: any JSON · `list`: of a whole command · `condition`: true or false. */
  readonly result: "text" | "value" | "list" | "condition";
  /** `alone`: as the whole of the template, which is then a reference. */
  readonly secrets: "allowed" | "alone" | "refused";
}

export interface TemplateProblem {
  readonly reason: FailureReason;
  readonly message: string;
  readonly suggestion?: string;
  /** A name that is not there: `params.size`. */
  readonly misses?: string;
  /** Where in the template's source. */
  readonly offset: number;
}

const mostProblems = 20;

/** Everything that is wrong with the expressions of a template, whatever values they will be given. */
export function checkTemplate(template: Template, engine: Engine, expected: Expected): readonly TemplateProblem[] {
  return expressionsOf(template)
    .flatMap(({ source, offset }) => checkExpression(source, engine, { ...expected, isWhole: template.parts.length === 1 }).map((problem) => ({ ...problem, offset: offset + problem.offset })))
    .slice(0, mostProblems);
}

interface ExpectedOfOne extends Expected {
  /** There is no text around the expression. */
  readonly isWhole: boolean;
}

function checkExpression(source: string, engine: Engine, expected: ExpectedOfOne): readonly TemplateProblem[] {
  const syntax = parseExpression(source);
  if (isWrong(syntax)) return [{ reason: syntax.reason, message: syntax.message, offset: syntax.at }];
  const reads = readsIn(syntax);
  const unknown = reads.flatMap((read) => problemOf(read, engine.types) ?? []);
  if (unknown.length > 0) return unknown;
  const compiled = engine.compile(source);
  if (compiled.kind === "wrong") return /\bSecret\b/.test(compiled.message) ? secretProblems(reads, "", engine.types, expected) : [typeProblem(compiled.message, compiled.at, compiled.reason)];
  return [...secretProblems(reads, compiled.type, engine.types, expected), ...resultProblems(compiled.type, expected), ...argumentProblems(compiled.syntax)];
}

function problemOf(read: Read, types: TypeEnvironment): TemplateProblem | undefined {
  switch (read.kind) {
    case "unknown":
      return unknownName(read.name, read.start, types);
    case "field":
      return isKnownRoot(read.of, types) ? unknownField(read, types) : notHere(read.of, read.rootAt, types);
    case "bare":
      return isKnownRoot(read.of, types) ? { reason: "EXPRESSION_TYPE", message: `${read.of} is no value by itself: read one of its fields, written out`, offset: read.start } : notHere(read.of, read.start, types);
    case "address":
      return wrongAddress(read, types);
    case "topology":
      return wrongTopology(read, types);
    case "call":
      return unknownCall(read);
    case "need":
    case "other":
      return undefined;
  }
}

function isKnownRoot(root: string, types: TypeEnvironment): boolean {
  return Object.hasOwn(types.variables, root);
}

function notHere(name: string, offset: number, { place, variables }: TypeEnvironment): TemplateProblem {
  return { reason: "EXPRESSION_UNKNOWN_NAME", message: `${name} is not known ${wordsOfPlace[place]}: there are ${Object.keys(variables).join(", ")}`, offset };
}

const wordsOfPlace: Readonly<Record<Place, string>> = {
  member: "in members",
  cluster: "in exports, which belong to no member",
  choice: "where a role or Secret is chosen",
  target: "in this hook",
  handover: "in this hook",
  crowd: "in this hook, which is about no single member",
  operation: "in operations",
};

function unknownName(name: string, offset: number, types: TypeEnvironment): TemplateProblem {
  return { reason: "EXPRESSION_UNKNOWN_NAME", message: `there is no ${name}: expressions begin with ${Object.keys(types.variables).join(", ")}`, ...didYouMean(name, roots.filter((root) => Object.hasOwn(types.variables, root))), offset };
}

function unknownField({ of, name, start }: Extract<Read, { kind: "field" }>, types: TypeEnvironment): TemplateProblem | undefined {
  const fields = fieldsOf(of, types);
  if (fields.includes(name) || of === "args") return undefined;
  const known = fields.length === 0 ? `the app declares no ${of}` : `${of} has ${fields.join(", ")}`;
  return { reason: "EXPRESSION_UNKNOWN_NAME", message: `there is no ${of}.${name}: ${known}`, misses: `${of}.${name}`, ...didYouMean(name, fields), offset: start };
}

function fieldsOf(root: keyof TypeEnvironment["variables"], types: TypeEnvironment): readonly string[] {
  const type = types.variables[root] ?? "";
  return Object.keys(types.own[type] ?? types.common[type] ?? {});
}

function wrongAddress({ call, role, port, start }: Extract<Read, { kind: "address" }>, types: TypeEnvironment): TemplateProblem | undefined {
  if (role === undefined || port === undefined) return { reason: "EXPRESSION_TYPE", message: `${call}() is asked of one role, for a port that is written out: roles.<role>.${call}('<port>')`, offset: start };
  const ports = namedIn(types.ports, role);
  if (ports === undefined) return undefined;
  const names = call === "service" ? [...ports, ...(namedIn(types.services, role) ?? [])] : ports;
  if (names.includes(port)) return undefined;
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  return { reason: "EXPRESSION_UNKNOWN_NAME", message: `the role ${role} has no port ${call === "service" ? "or service " : ""}${port}: ${known}`, misses: `ports.${port}`, ...didYouMean(port, names), offset: start };
}

function wrongTopology({ port, start }: Extract<Read, { kind: "topology" }>, types: TypeEnvironment): TemplateProblem | undefined {
  const ports = [...new Set(Object.values(types.ports).flat())];
  if (port === undefined) return { reason: "EXPRESSION_TYPE", message: "topology() takes the name of a port, written out", offset: start };
  return ports.includes(port) ? undefined : { reason: "EXPRESSION_UNKNOWN_NAME", message: `no role has a port ${port}`, misses: `ports.${port}`, ...didYouMean(port, ports), offset: start };
}

function unknownCall({ name, receiver, start, end }: Extract<Read, { kind: "call" }>): TemplateProblem | undefined {
  const known = receiver ? methodNames : functionNames;
  if (known.includes(name)) return undefined;
  return { reason: "EXPRESSION_UNKNOWN_NAME", message: receiver ? `there is no .${name}()` : `there is no function ${name}()`, ...didYouMean(name, known), offset: receiver ? end : start };
}

function didYouMean(word: string, known: readonly string[]): { readonly suggestion?: string } {
  const near = nearest(word, known);
  return near === undefined ? {} : { suggestion: `did you mean ${near}?` };
}

function typeProblem(message: string, offset: number, reason: FailureReason): TemplateProblem {
  const field = /^no such key: (\w+)$/.exec(message)?.[1];
  if (field === undefined) return { reason, message, offset };
  return { reason: "EXPRESSION_UNKNOWN_NAME", message: `there is no field ${field}`, ...didYouMean(field, [...Object.keys(commonTypes.Member), ...Object.keys(commonTypes.Role)]), offset };
}

function secretProblems(reads: readonly Read[], type: string, types: TypeEnvironment, expected: ExpectedOfOne): readonly TemplateProblem[] {
  const secret = reads.find((read) => read.kind === "field" && (read.of === "secrets" || (read.of === "exports" && types.own["Exports"]?.[read.name] === "Secret")));
  if (secret === undefined) return [];
  const where = { offset: secret.start };
  if (expected.secrets === "alone" && !expected.isWhole) return [{ reason: "SECRET_NOT_ALONE", message: "an export that holds a secret is a reference to it, and nothing else: write the secret alone, and what goes around it where it is read", ...where }];
  if (expected.secrets === "refused") return [{ reason: "SECRET_NOT_ALLOWED", message: "a secret may stand in env and files: here everybody could read it", ...where }];
  if (type !== "Secret") return [{ reason: "SECRET_NOT_ALONE", message: "nothing can be done with a secret but to hand it on: write ${{ secrets.<name> }}, with text outside the expression", ...where }];
  return [];
}

function resultProblems(type: string, { result }: Expected): readonly TemplateProblem[] {
  const isList = type === "list" || type.startsWith("list<");
  if (type === "dyn" || type === "Secret" || type.startsWith("dyn<") || (result === "list" && isList)) return [];
  if (result === "value" && /^(?:list|map)/.test(type) && !/Member|Role|Cluster|Secret/.test(type)) return [];
  if (result === "condition") return type === "bool" ? [] : [{ reason: "EXPRESSION_TYPE", message: `the result must be true or false, not ${worded(type)}`, offset: 0 }];
  const scalar = ["string", "int", "double", "bool", "null"].includes(type);
  if (result === "list") return [{ reason: "EXPRESSION_TYPE", message: `the result must be a list, not ${worded(type)}`, offset: 0 }];
  if (scalar) return [];
  return [{ reason: "EXPRESSION_TYPE", message: `the result must be text, a number or true or false, not ${worded(type)}: join a list with .join(','), or use json(…)`, offset: 0 }];
}

const words: Readonly<Record<string, string>> = { string: "text", int: "a number", double: "a number", bool: "true or false", null: "null" };

function worded(type: string): string {
  if (type.startsWith("list")) return "a list";
  if (type.startsWith("map")) return "a map";
  return words[type] ?? `a ${type.toLowerCase()}`;
}

/** `json` and `yaml` take anything but what is no value. */
function argumentProblems(syntax: Syntax): readonly TemplateProblem[] {
  const inside = childrenOf(syntax).flatMap(argumentProblems);
  if (syntax.op !== "call" || !["json", "yaml"].includes(syntax.args[0])) return inside;
  const type = String((syntax.args[1][0] as { readonly checkedType?: unknown } | undefined)?.checkedType);
  if (!/Member|Role|Cluster|Secret/.test(type)) return inside;
  return [...inside, { reason: "EXPRESSION_TYPE", message: `${syntax.args[0]}() cannot write a member, role, cluster or secret: choose fields, as in .map(m, m.host)`, offset: syntax.start }];
}
