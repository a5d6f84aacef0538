/** An expression as the parser sees it: what is needed of its tree to say what it reads. Places are offsets in its source. */
export type Syntax = Located & Shape;

interface Located {
  readonly start: number;
  readonly end: number;
}

type Pair = readonly [Syntax, Syntax];
type Shape =
  | { readonly op: "value"; readonly args: unknown }
  | { readonly op: "id"; readonly args: string }
  | { readonly op: "." | ".?"; readonly args: readonly [Syntax, string] }
  | { readonly op: "call"; readonly args: readonly [string, readonly Syntax[]] }
  | { readonly op: "rcall"; readonly args: readonly [string, Syntax, readonly Syntax[]] }
  | { readonly op: "list"; readonly args: readonly Syntax[] }
  | { readonly op: "map"; readonly args: readonly Pair[] }
  | { readonly op: "?:"; readonly args: readonly [Syntax, Syntax, Syntax] }
  | { readonly op: "!_" | "-_"; readonly args: Syntax }
  | { readonly op: "[]" | "[?]" | "||" | "&&" | "!=" | "==" | "in" | "+" | "-" | "*" | "/" | "%" | "<" | "<=" | ">" | ">="; readonly args: Pair };

/** Names that expressions begin with. */
export const roots = ["cluster", "role", "member", "roles", "params", "secrets", "exports", "needs", "target", "from", "to", "change", "attempt", "args"] as const;
export type Root = (typeof roots)[number];

/** One thing that an expression reads or calls, and where in its source. */
export type Read = Located &
  (
    /** `rootAt`: where its first name stands. */
    | { readonly kind: "field"; readonly of: Root; readonly name: string; readonly rootAt: number }
    /** A root on its own, or with an index that is not written out: no value by itself. */
    | { readonly kind: "bare"; readonly of: Root }
    | { readonly kind: "need"; readonly slot: string; readonly name: string }
    /** A field of anything else: of a variable, of an element of a list. */
    | { readonly kind: "other"; readonly name: string }
    | { readonly kind: "unknown"; readonly name: string }
    /** `hosts` and `service`; undefined where role or port is not written out. */
    | { readonly kind: "address"; readonly call: "hosts" | "service"; readonly role: string | undefined; readonly port: string | undefined }
    | { readonly kind: "topology"; readonly port: string | undefined }
    | { readonly kind: "call"; readonly name: string; readonly receiver: boolean; readonly count: number }
  );

/** Everything an expression reads, in the order of its source; variables of `map` and its kind are known where they hold. */
export function readsIn(syntax: Syntax): readonly Read[] {
  const reads: Read[] = [];
  collect(syntax, new Set(), reads);
  return reads;
}

const macros = ["map", "filter", "all", "exists", "exists_one"];

/** The variable of `list.map(x, …)`, where the call is one of that kind. */
export function variableOf(syntax: Syntax): string | undefined {
  if (syntax.op !== "rcall") return undefined;
  const [name, , [variable, body]] = syntax.args;
  return macros.includes(name) && variable?.op === "id" && body !== undefined ? variable.args : undefined;
}

/** The expressions that a node is made of; names of variables are none. */
export function childrenOf(syntax: Syntax): readonly Syntax[] {
  if (syntax.op === "value") return [];
  const nodes = nodesIn(syntax.args);
  return variableOf(syntax) === undefined ? nodes : nodes.filter((_, index) => index !== 1);
}

function nodesIn(args: unknown): readonly Syntax[] {
  if (Array.isArray(args)) return args.flatMap(nodesIn);
  return isNode(args) ? [args] : [];
}

function isNode(args: unknown): args is Syntax {
  return typeof args === "object" && args !== null && "op" in args;
}

function collect(syntax: Syntax, variables: ReadonlySet<string>, reads: Read[]): void {
  const path = pathOf(syntax);
  if (path && !variables.has(path.root)) return collectPath(path, syntax, reads);
  if (syntax.op === "call") reads.push(callOf(syntax, syntax.args[0], false, syntax.args[1]));
  if (syntax.op === "rcall" && collectAddress(syntax, variables, reads)) return;
  if (syntax.op === "rcall" && variableOf(syntax) === undefined) reads.push(callOf(syntax, syntax.args[0], true, syntax.args[2]));
  if (syntax.op === ".") reads.push({ kind: "other", name: syntax.args[1], ...lastName(syntax, syntax.args[1]) });
  const [receiver, ...bodies] = childrenOf(syntax);
  const variable = variableOf(syntax);
  if (receiver) collect(receiver, variables, reads);
  for (const body of bodies) collect(body, variable === undefined ? variables : new Set([...variables, variable]), reads);
}

interface Path {
  readonly root: string;
  readonly at: Located;
  readonly fields: readonly (Located & { readonly name: string })[];
}

/** `a.b['c']`: names all the way down. */
function pathOf(syntax: Syntax): Path | undefined {
  if (syntax.op === "id") return { root: syntax.args, at: syntax, fields: [] };
  const name = nameOf(syntax);
  const path = name === undefined || (syntax.op !== "." && syntax.op !== "[]") ? undefined : pathOf(syntax.args[0]);
  return path && name !== undefined ? { ...path, fields: [...path.fields, { name, ...lastName(syntax, name) }] } : undefined;
}

function nameOf(syntax: Syntax): string | undefined {
  if (syntax.op === ".") return syntax.args[1];
  return syntax.op === "[]" ? textOf(syntax.args[1]) : undefined;
}

function textOf(syntax: Syntax | undefined): string | undefined {
  return syntax?.op === "value" && typeof syntax.args === "string" ? syntax.args : undefined;
}

/** Where the last name of `a.b` or `a['b']` stands. */
function lastName(syntax: Syntax, name: string): Located {
  return syntax.op === "." ? { start: syntax.end - name.length, end: syntax.end } : { start: syntax.op === "[]" ? syntax.args[1].start : syntax.start, end: syntax.end };
}

function collectPath({ root, at, fields }: Path, syntax: Syntax, reads: Read[]): void {
  const place = { start: at.start, end: at.end };
  const of = roots.find((known) => known === root);
  const [first, second, ...others] = fields;
  if (of === undefined) {
    reads.push({ kind: "unknown", name: root, ...place });
    return;
  }
  if (first === undefined) {
    reads.push({ kind: "bare", of, start: syntax.start, end: syntax.end });
    return;
  }
  reads.push({ kind: "field", of, name: first.name, rootAt: at.start, start: first.start, end: first.end });
  if (second === undefined) return;
  if (of === "needs") reads.push({ kind: "need", slot: first.name, name: second.name, start: second.start, end: second.end });
  // The second name of `roles.<r>.members` is a role's own field.
  for (const { name, start, end } of of === "needs" || of === "roles" ? others : [second, ...others]) reads.push({ kind: "other", name, start, end });
}

/** `roles.<r>.hosts('port')` and `.service('port')`; says whether it was one. */
function collectAddress(syntax: Extract<Syntax, { op: "rcall" }>, variables: ReadonlySet<string>, reads: Read[]): boolean {
  const [call, receiver, args] = syntax.args;
  if (call !== "hosts" && call !== "service") return false;
  const path = pathOf(receiver);
  const role = path?.root === "roles" && !variables.has("roles") && path.fields.length === 1 ? path.fields[0]?.name : undefined;
  collect(receiver, variables, reads);
  for (const argument of args) collect(argument, variables, reads);
  reads.push({ kind: "address", call, role, port: textOf(args[0]), start: args[0]?.start ?? syntax.start, end: args[0]?.end ?? syntax.end });
  return true;
}

function callOf(syntax: Syntax, name: string, receiver: boolean, args: readonly Syntax[]): Read {
  if (name === "topology" && !receiver) return { kind: "topology", port: textOf(args[0]), start: args[0]?.start ?? syntax.start, end: args[0]?.end ?? syntax.end };
  return { kind: "call", name, receiver, count: args.length, start: syntax.start, end: syntax.end };
}
