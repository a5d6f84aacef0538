import { namedIn } from "../by-name.ts";
import { Failure } from "../failure.ts";
import { parsePattern } from "./pattern.ts";
import { childrenOf, type Syntax } from "./syntax.ts";
import { longestText } from "./value.ts";

/**
 * What evaluating an expression may cost. CEL has no loops, but lists of lists of members and texts made of texts
 * grow beyond any time and memory, so every step is charged with the size of what it works on and comes to. Once the budget
 * is spent no step is begun any more: `all`, `||` and their kind go on after errors.
 */
export interface Meter {
  /** Evaluates with a fresh budget, or what is left of the budget of the evaluation that it is part of. */
  within<T>(evaluate: () => T): T;
  /** Many evaluations with one budget for all of them, besides that of each. */
  together<T>(evaluate: () => T): T;
  /** Runs a step, and charges for what it comes to. */
  step(evaluate: () => unknown, weight: Weight): unknown;
}

/** How much more than its size a text, or a list or map, costs whoever works on it. */
interface Weight {
  readonly text: number;
  readonly items: number;
}

/** About 0.2 µs each: together less than a tenth of a second, whatever is evaluated. */
const budget = 300_000;
const budgetOfMany = 10_000_000;
/** Of throwing an error, which keeps where it was thrown. */
const costOfFailure = 300;
const largest = 200_000;

export function makeMeter(): Meter {
  const sizes = new WeakMap<object, number>();
  let left = budget;
  let leftOfMany = Number.POSITIVE_INFINITY;
  let depth = 0;
  const spend = (cost: number): void => {
    left -= cost;
    leftOfMany -= cost;
    if (left < 0) throw tooCostly;
    if (leftOfMany < 0) throw tooCostlyTogether;
  };
  return {
    within(evaluate) {
      if (depth === 0) left = budget;
      depth += 1;
      try {
        return evaluate();
      } finally {
        depth -= 1;
      }
    },
    together(evaluate) {
      leftOfMany = budgetOfMany;
      try {
        return evaluate();
      } finally {
        leftOfMany = Number.POSITIVE_INFINITY;
      }
    },
    step(evaluate, weight) {
      spend(0);
      const value = attempt(evaluate, spend);
      const size = sizeOf(value, sizes);
      if (size > largest || (typeof value === "string" && value.length > longestText)) throw tooLarge;
      spend(size * (typeof value === "string" ? weight.text : weight.items));
      return value;
    },
  };
}

function attempt(evaluate: () => unknown, spend: (cost: number) => void): unknown {
  try {
    return evaluate();
  } catch (error) {
    if (error !== tooCostly && error !== tooCostlyTogether) spend(costOfFailure);
    throw error;
  }
}

/** One object each, made once: CEL's `||`, `all` and their kind catch what is thrown inside them and go on, so a throw must be cheap. */
const tooLarge = new Failure("invalid", "the result is too large", { reason: "EXPRESSION_FAILED" });
const tooCostly = new Failure("invalid", "the expression takes too long: it goes through too many combinations", { reason: "EXPRESSION_FAILED" });
const tooCostlyTogether = new Failure("invalid", "all expressions together take too long: they go through too many combinations", { reason: "EXPRESSION_FAILED" });

/** 1 for what is small; texts by length; lists and maps with all that is in them, each counted once per object. */
function sizeOf(value: unknown, sizes: WeakMap<object, number>): number {
  if (typeof value === "string") return 1 + (value.length >> 6);
  if (typeof value !== "object" || value === null) return 1;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  const size = 1 + itemsOf(value).reduce<number>((sum, item) => sum + sizeOf(item, sizes), 0);
  sizes.set(value, size);
  return size;
}

function itemsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value.constructor === Map) return [...(value as ReadonlyMap<unknown, unknown>).values()];
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value) : [];
}

/** A node of the library's tree, as far as charging needs it: `meta.evaluate` is what runs it once it is checked, a macro runs by itself. */
interface Runnable {
  readonly meta: { readonly evaluate: Evaluate; readonly alternate?: Runnable; readonly macro?: { evaluate: Evaluate } };
  setMeta(key: "evaluate", evaluate: Evaluate): void;
}
type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown;

const plain: Weight = { text: 1, items: 1 };
/** Functions that take longer than to look at what they are given, as measured. */
const weights: Readonly<Record<string, Weight>> = {
  yaml: { text: 150, items: 150 },
  json: { text: 4, items: 6 },
  reverse: { text: 50, items: 1 },
  size: { text: 40, items: 1 },
  replace: { text: 40, items: 1 },
  safeContains: { text: 8, items: 1 },
  safeIndexOf: { text: 8, items: 1 },
  safeLastIndexOf: { text: 8, items: 1 },
  safeSplit: { text: 8, items: 1 },
  base64: { text: 16, items: 1 },
  sha256: { text: 4, items: 1 },
  trim: { text: 2, items: 1 },
  lowerAscii: { text: 2, items: 1 },
  upperAscii: { text: 2, items: 1 },
};
/** Of trying one step of a pattern on 64 characters, and of the longest search that is possible. */
const costOfPatternStep = 10;
const costOfAnyPattern = 3000;

/** `has` looks through all the fields that it names. */
const costOfHas: Weight = { text: 1, items: 3 };

/** Makes a checked tree charge for its steps. Names and literals that only lead to a field cost nothing. */
export function chargeSteps(syntax: Syntax, meter: Meter, weight: Weight = plain): void {
  if (syntax.op !== "." && syntax.op !== "value" && syntax.op !== "id") charge(syntax, meter, syntax.op === "call" && syntax.args[0] === "has" ? costOfHas : weight);
  const inner = weightIn(syntax);
  for (const child of childrenOf(syntax)) {
    chargeSteps(child, meter, inner);
    // What an operator or a call works on costs it time, and a body is run once an element.
    if (syntax.op !== "." && (child.op === "." || child.op === "id" || (child.op === "value" && inner !== plain))) charge(child, meter, inner);
  }
}

/** Of what a call is given. */
function weightIn(syntax: Syntax): Weight {
  if (syntax.op !== "call" && syntax.op !== "rcall") return plain;
  const [name] = syntax.args;
  return name === "safeMatches" && syntax.op === "rcall" ? weightOfPattern(syntax.args[2][0]) : (namedIn(weights, name) ?? plain);
}

function weightOfPattern(pattern: Syntax | undefined): Weight {
  if (pattern?.op !== "value") return { text: costOfAnyPattern, items: 1 };
  try {
    return { text: costOfPatternStep * parsePattern(String(pattern.args)).steps.length, items: 1 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return plain; // refused when it is tried
  }
}

function charge(syntax: Syntax, meter: Meter, weight: Weight): void {
  const node = syntax as unknown as Runnable;
  const { alternate = node } = node.meta;
  const { evaluate, macro } = alternate.meta;
  const charged = (run: Evaluate): Evaluate => (evaluator, at, context) => meter.step(() => run(evaluator, at, context), weight);
  if (macro === undefined) alternate.setMeta("evaluate", charged(evaluate));
  else macro.evaluate = charged(macro.evaluate);
}
