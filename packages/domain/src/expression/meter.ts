import { Failure } from "../failure.ts";
import { childrenOf, type Syntax } from "./syntax.ts";
import { longestText } from "./value.ts";

/**
 * What evaluating an expression may cost. CEL has no loops, but lists of lists of members and texts made of texts
 * grow beyond any time and memory, so every step is charged with the size of what it comes to.
 */
export interface Meter {
  /** Evaluates with a fresh budget, or what is left of the budget of the evaluation that it is part of. */
  within<T>(evaluate: () => T): T;
  charge(value: unknown, extra?: number): void;
}

const budget = 500_000;
/** Of trying a pattern, which costs more than the size of its result. */
const costOfPattern = 400;
const largest = 300_000;

export function makeMeter(): Meter {
  const sizes = new WeakMap<object, number>();
  let left = budget;
  let depth = 0;
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
    charge(value, extra = 0) {
      const size = sizeOf(value, sizes);
      if (size > largest || (typeof value === "string" && value.length > longestText)) throw tooLarge;
      left -= size + extra;
      if (left < 0) throw tooCostly;
    },
  };
}

/** One object each, made once: CEL's `||`, `all` and their kind catch what is thrown inside them and go on, so a throw must be cheap. */
const tooLarge = new Failure("invalid", "the result is too large", { reason: "EXPRESSION_FAILED" });
const tooCostly = new Failure("invalid", "the expression takes too long: it goes through too many combinations", { reason: "EXPRESSION_FAILED" });

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
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value) : [];
}

/** A node of the library's tree, as far as charging needs it: `meta.evaluate` is what runs it once it is checked. */
interface Runnable {
  readonly meta: { readonly evaluate: Evaluate; readonly alternate?: Runnable; readonly macro?: unknown };
  setMeta(key: "evaluate", evaluate: Evaluate): void;
}
type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown;

/** Makes a checked tree charge for its steps. Names and literals that only lead to a field cost nothing. */
export function chargeSteps(syntax: Syntax, meter: Meter): void {
  if (syntax.op !== "." && syntax.op !== "value" && syntax.op !== "id") charge(syntax, meter);
  for (const child of childrenOf(syntax)) {
    chargeSteps(child, meter);
    // What an operator or a call works on costs it time, and a body is run once an element.
    if (syntax.op !== "." && (child.op === "." || child.op === "id")) charge(child, meter);
  }
}

function charge(syntax: Syntax, meter: Meter): void {
  const node = runnableOf(syntax);
  if (node === undefined) return;
  const { evaluate } = node.meta;
  const extra = syntax.op === "rcall" && syntax.args[0] === "linearMatches" ? costOfPattern : 0;
  node.setMeta("evaluate", (evaluator, at, context) => {
    const value = evaluate(evaluator, at, context);
    meter.charge(value, extra);
    return value;
  });
}

/** A macro such as `map` runs as the node that it stands for; `has` and `topology` run by themselves, and cost little. */
function runnableOf(syntax: Syntax): Runnable | undefined {
  const node = syntax as unknown as Runnable;
  const runs = node.meta.alternate ?? node;
  return runs.meta.macro === undefined ? runs : undefined;
}

