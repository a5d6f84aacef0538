import { Environment, ParseError, TypeError as CelTypeError, EvaluationError, type ParseResult } from "@marcbachmann/cel-js";
import { namedIn } from "../by-name.ts";
import { Failure } from "../failure.ts";
import { ClusterValue, Exports, hiddenRoles, MemberValue, Needs, OwnRole, Params, Roles, RoleValue, Secrets, type Bindings } from "./bindings.ts";
import { functions, replaced } from "./functions.ts";
import { chargeSteps, type Meter } from "./meter.ts";
import { childrenOf, readsIn, type Syntax } from "./syntax.ts";
import type { Fields, TypeEnvironment } from "./types.ts";
import { SecretReference } from "./value.ts";

/*
 * The only file that knows the CEL library, and with meter.ts what its trees are made of. It parses, checks and runs;
 * what is legal beyond types is said in check-template.ts.
 */

/** An expression whose types are right. */
export interface Compiled {
  readonly kind: "compiled";
  /** In the words of CEL: `string`, `int`, `list<string>`, `dyn`, `Secret`, … */
  readonly type: string;
  readonly syntax: Syntax;
  /** Throws Failure, which names the expression; also when `convert` throws. */
  readonly run: <T>(bindings: Bindings, convert: (result: unknown) => T) => T;
}

/** An expression that is wrong: where in its source, and why. */
export interface Wrong {
  readonly kind: "wrong";
  readonly reason: "EXPRESSION_INVALID" | "EXPRESSION_TYPE";
  readonly message: string;
  readonly at: number;
}

/** Compiles the expressions of one app that stand in one place, each source once. */
export interface Engine {
  readonly types: TypeEnvironment;
  compile(source: string): Compiled | Wrong;
}

export function makeEngine(types: TypeEnvironment, meter: Meter): Engine {
  const environment = environmentOf(types);
  const compiled = new Map<string, Compiled | Wrong>();
  return {
    types,
    compile(source) {
      const known = compiled.get(source);
      if (known) return known;
      if (compiled.size >= 5000) compiled.clear();
      const made = compile(environment, source, meter);
      compiled.set(source, made);
      return made;
    },
  };
}

/** The tree of an expression whatever it refers to. Throws nothing. */
export function parseExpression(source: string): Syntax | Wrong {
  try {
    return baseEnvironment().parse(source).ast;
  } catch (error) {
    return wrongOf(error);
  }
}

export function isWrong(syntax: Syntax | Wrong): syntax is Wrong {
  return "kind" in syntax;
}

function compile(environment: Environment, source: string, meter: Meter): Compiled | Wrong {
  try {
    const parsed = environment.parse(source);
    prepare(parsed.ast);
    const { valid, type = "dyn", error } = parsed.check();
    if (!valid) return wrongOf(error);
    chargeSteps(parsed.ast, meter);
    return { kind: "compiled", type, syntax: parsed.ast, run: (bindings, convert) => run(parsed, bindings, convert, source, meter) };
  } catch (error) {
    return wrongOf(error);
  }
}

function run<T>(parsed: ParseResult, bindings: Bindings, convert: (result: unknown) => T, source: string, meter: Meter): T {
  try {
    return meter.within(() => convert(parsed(bindings)));
  } catch (error) {
    const slot = error instanceof EvaluationError ? unboundSlotOf(error, parsed.ast, bindings) : undefined;
    throw failureOf(slot === undefined ? error : unbound(slot), source);
  }
}

/** The optional slot that is bound to nothing, where what is missing was looked for in it. */
function unboundSlotOf({ summary }: EvaluationError, syntax: Syntax, { needs }: Bindings): string | undefined {
  const missing = /^No such key: (.*)$/s.exec(summary)?.[1];
  return readsIn(syntax).flatMap((read) => (read.kind === "need" && read.name === missing && needs instanceof Needs && needs.get(read.slot) === null ? [read.slot] : []))[0];
}

function unbound(slot: string): Failure {
  return new Failure("invalid", `the slot ${slot} is optional, and bound to nothing: bind it in needs, or let the definition ask first, as in has(needs.${slot}) ? … : null`, { reason: "EXPRESSION_FAILED" });
}

function failureOf(error: unknown, source: string): Failure {
  const shown = source.length > 80 ? `${source.slice(0, 79)}…` : source;
  // An export that fails has said so about itself already.
  if (error instanceof Failure) return error.message.startsWith("${{") ? error : new Failure(error.kind, `\${{ ${shown} }}: ${error.message}`, { reason: error.reason, cause: error });
  const known = error instanceof EvaluationError || error instanceof RangeError;
  return new Failure(known ? "invalid" : "internal", `\${{ ${shown} }}: ${messageOf(error)}`, { reason: known ? "EXPRESSION_FAILED" : "INTERNAL", cause: error });
}

function wrongOf(error: unknown): Wrong {
  if (error instanceof ParseError) return { kind: "wrong", reason: "EXPRESSION_INVALID", message: messageOf(error), at: error.range?.start ?? 0 };
  if (error instanceof CelTypeError) return { kind: "wrong", reason: "EXPRESSION_TYPE", message: messageOf(error), at: error.range?.start ?? 0 };
  // Deep recursion, or a bug of the library: the expression cannot be used either way.
  return { kind: "wrong", reason: "EXPRESSION_INVALID", message: messageOf(error), at: 0 };
}

function messageOf(error: unknown): string {
  if (error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError) return reworded(error.summary);
  return error instanceof Error ? error.message.split("\n")[0] ?? "" : String(error);
}

function reworded(summary: string): string {
  const operator = /^no such overload: (.*)$/.exec(summary)?.[1];
  if (operator !== undefined) return `${operator} is not possible${/string/.test(operator) ? ": turn numbers into text with string(…), text into numbers with int(…)" : mixAdvice(operator)}`;
  const call = /^found no matching overload for '(.*)'$/.exec(summary)?.[1];
  if (call !== undefined) return `${call.replace(/safe([A-Z])/, (_, letter: string) => letter.toLowerCase())} is not possible with what it is given${/safeJoin/.test(call) ? ": join() takes a list of texts" : mixAdvice(call)}`;
  return summary.charAt(0).toLowerCase() + summary.slice(1).replace(/^No such key/, "no such key").replace(" >= size undefined", " is past the end");
}

/** For what is given both kinds of numbers: `double * int`, `max(int, double)`. */
function mixAdvice(types: string): string {
  const isMixed = /\bdouble\b/.test(types) && /\bint\b/.test(types);
  return isMixed ? ": whole numbers and those with a fraction do not mix: write 2.0 for 2, or put double(…) or int(…) around one of them" : "";
}

/** Gives branches that are `null` any type, so that `x ? 'a' : null` is legal, and puts our own functions in place of those that are not safe. */
function prepare(syntax: Syntax): void {
  if (syntax.op === "?:") for (const branch of syntax.args.slice(1)) if (branch.op === "value" && branch.args === null) Object.assign(branch, { checkedType: anyType() });
  if (syntax.op === "call" && syntax.args[0] === "has") withoutNull(syntax);
  if (syntax.op === "rcall") Object.assign(syntax.args, { 0: namedIn(replaced, syntax.args[0]) ?? syntax.args[0] });
  for (const child of childrenOf(syntax)) prepare(child);
}

/** Of the macro `has`: the names that it is asked about, the last first, and what they begin with. */
interface HasMacro {
  readonly macroHasProps: readonly Syntax[];
  evaluate(evaluator: Runner, macro: HasMacro, context: unknown): boolean;
}

/** CEL's `has` asks whether there is a field; here one that is null (a slot that is bound to nothing, a param without a value) is not there. */
function withoutNull(syntax: Syntax): void {
  const { macro } = (syntax as unknown as { readonly meta: { readonly macro?: HasMacro } }).meta;
  if (macro === undefined) return; // of two things at once: the check refuses it
  const isThere = macro.evaluate;
  macro.evaluate = (evaluator, asked, context) => isThere(evaluator, asked, context) && valueOf(evaluator, asked, context) !== null;
}

function valueOf(evaluator: Runner, { macroHasProps }: HasMacro, context: unknown): unknown {
  const [root, ...fields] = macroHasProps.toReversed();
  return fields.reduce<unknown>((value, field) => (field.op === "." || field.op === ".?" ? fieldOf(value, field.args[1]) : value), evaluator.run(root, context));
}

function fieldOf(value: unknown, name: string): unknown {
  return value instanceof Map ? value.get(name) : (value as Readonly<Record<string, unknown>>)[name];
}

/** Made when first asked: a module does no work when it is imported. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const anyType = once((): unknown => {
  const parsed = new Environment().parse("dyn(null)");
  parsed.check();
  return (parsed.ast as unknown as { readonly checkedType: unknown }).checkedType;
});

const classes: Readonly<Record<string, new (...args: never[]) => unknown>> = {
  Cluster: ClusterValue,
  OwnRole,
  Member: MemberValue,
  Role: RoleValue,
  Secret: SecretReference,
  Roles,
  Params,
  Secrets,
  Exports,
  Needs,
};

const baseEnvironment = once(() => {
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits: { maxAstNodes: 1000, maxDepth: 40, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 8 } });
  for (const [signature, handler] of functions) environment.registerFunction(signature, { handler, async: false });
  return environment;
});

function environmentOf(types: TypeEnvironment): Environment {
  const environment = baseEnvironment().clone();
  register(environment, types.common);
  register(environment, types.own);
  for (const [name, type] of Object.entries(types.variables)) environment.registerVariable(name, type);
  const synchronous = { async: false };
  environment.registerFunction("Role.hosts(string): list<string>", { handler: (role: RoleValue, port: string) => role.hosts(port), ...synchronous });
  environment.registerFunction("Role.service(string): string", { handler: (role: RoleValue, port: string) => role.service(port), ...synchronous });
  environment.registerFunction("topology(ast): map<string, list<string>>", topology);
  return environment;
}

function register(environment: Environment, records: Readonly<Record<string, Fields>>): void {
  for (const [name, fields] of Object.entries(records)) environment.registerType(name, { ctor: classes[name], fields: { ...fields } });
}

/** A macro, since it reads what is no argument of it: the roles. */
function topology({ args: [port] }: { readonly args: readonly Syntax[] }) {
  return {
    typeCheck(checker: Checker, _macro: unknown, context: unknown): unknown {
      checker.check(port, context);
      return checker.getType("map<string, list<string>>");
    },
    evaluate(evaluator: Runner, _macro: unknown, context: Context): unknown {
      const roles = context.getValue(hiddenRoles);
      return roles instanceof Roles ? roles.topology(String(evaluator.run(port, context))) : {};
    },
  };
}

interface Checker {
  check(node: unknown, context: unknown): unknown;
  getType(name: string): unknown;
}
interface Runner {
  run(node: unknown, context: unknown): unknown;
}
interface Context {
  getValue(name: string): unknown;
}
