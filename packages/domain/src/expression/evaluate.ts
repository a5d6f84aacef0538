import { mapNames, namedIn } from "../by-name.ts";
import { Failure } from "../failure.ts";
import type { App, TemplateList } from "../language/app.ts";
import { bindingsOf } from "./bindings.ts";
import { makeEngine, type Engine } from "./cel.ts";
import { makeMeter, type Meter } from "./meter.ts";
import { readsOf } from "./reads.ts";
import type { Scope } from "./scope.ts";
import { onlyExpressionOf, type Template } from "./template.ts";
import { typesOf, type Place } from "./types.ts";
import { jsonOf, longestText, SecretReference, textOf, type SecretPart, type Value } from "./value.ts";

/**
 * The value of a template. Pure; its cost is limited; about 2 µs an expression once an app's first use is over.
 * Throws invalid (`EXPRESSION_FAILED`) for what only shows with the values: an index beyond a list's end, an export that a
 * provider does not offer, a result that is too large. All else was refused when the app was parsed.
 */
export function evaluateTemplate(template: Template, scope: Scope): Value {
  const values = valuesForAll(template, scope);
  if (values === undefined) return valueOf(template, scope);
  const value = values.get(template) ?? valueOf(template, scope);
  values.set(template, value);
  return value;
}

/**
 * What is the same for all members of a role is made once for them: a thousand members that each list a thousand would be a
 * million. Undefined where who looks makes a difference: to itself a member is always one of its role's.
 */
function valuesForAll(template: Template, { of, self }: Scope): WeakMap<Template, Value> | undefined {
  if (self === undefined) return undefined;
  const { member, roles } = readsOf(template);
  if (member.length > 0 || roles.includes(self.role)) return undefined;
  const ofRoles = sharedValues.get(of) ?? new Map<string, WeakMap<Template, Value>>();
  sharedValues.set(of, ofRoles);
  const known = ofRoles.get(self.role) ?? new WeakMap<Template, Value>();
  ofRoles.set(self.role, known);
  return known;
}

const sharedValues = new WeakMap<Scope["of"], Map<string, WeakMap<Template, Value>>>();

function valueOf(template: Template, scope: Scope): Value {
  const only = onlyExpressionOf(template);
  if (only !== undefined) return run(only, scope, toValue);
  const parts = template.parts.map((part) => (part.kind === "text" ? part.text : run(part.source, scope, toPart)));
  const texts = parts.filter((part) => typeof part === "string");
  if (texts.reduce((sum, text) => sum + text.length, 0) > longestOfAll) throw failed(`the text is longer than ${longestOfAll} characters`);
  return texts.length === parts.length ? { kind: "text", text: texts.join("") } : { kind: "secret", parts };
}

/** No file, variable or argument can be longer. */
const longestOfAll = 4 * longestText;

/** A value as text; undefined for null, which leaves its key out. A secret is none: its parts are named, not known. */
export function textOfValue(value: Exclude<Value, { readonly kind: "secret" }>): string | undefined {
  switch (value.kind) {
    case "text":
      return value.text;
    case "json":
      return textOf(value.value);
    case "null":
      return undefined;
  }
}

/** The texts of a command, of args, of a probe's command; elements that give null are left out. Undefined when the whole is null. */
export function evaluateList(list: TemplateList, scope: Scope): readonly string[] | undefined {
  if (list.kind === "elements") return list.elements.flatMap((element) => textIn(evaluateTemplate(element, scope)) ?? []);
  const value = evaluateTemplate(list.template, scope);
  if (value.kind === "null") return undefined;
  if (value.kind !== "json" || !Array.isArray(value.value)) throw failed(`\${{ ${onlyExpressionOf(list.template) ?? list.template.source} }}: the result is no list`);
  return value.value.filter((item) => item !== null).map(textOf);
}

/** What a condition comes to. */
export function isTrue(template: Template, scope: Scope): boolean {
  const value = evaluateTemplate(template, scope);
  if (value.kind !== "json" || typeof value.value !== "boolean") throw failed(`\${{ ${onlyExpressionOf(template) ?? template.source} }}: the result is neither true nor false`);
  return value.value;
}

/** Many evaluations of one app, whose cost together is limited too. */
export function evaluateTogether<T>(app: App, evaluate: () => T): T {
  return enginesOf(app).meter.together(evaluate);
}

/** Where an app's expressions are compiled: in members, and in none. Made once per app. */
export function enginesOf(app: App): Engines {
  const known = engines.get(app);
  if (known) return known;
  const meter = makeMeter();
  const first = makeEngine(typesOf(app, "cluster", mapNames(app.exports, () => "dyn")), meter);
  const exportTypes = mapNames(app.exports, (template) => typeOfTemplate(first, template));
  const places = new Map<Place, Engine>();
  const engineAt = (place: Place): Engine => {
    const engine = places.get(place) ?? makeEngine(typesOf(app, place, exportTypes), meter);
    places.set(place, engine);
    return engine;
  };
  engines.set(app, { meter, engineAt });
  return { meter, engineAt };
}

interface Engines {
  readonly meter: Meter;
  /** Made when it is asked for first. */
  engineAt(place: Place): Engine;
}

const engines = new WeakMap<App, Engines>();

/** An expression alone keeps its type; with text around it the result is text. */
function typeOfTemplate(engine: Engine, template: Template): string {
  const only = onlyExpressionOf(template);
  if (only === undefined) return "string";
  const compiled = engine.compile(only);
  return compiled.kind === "compiled" ? compiled.type : "dyn";
}

function run<T>(source: string, scope: Scope, convert: (result: unknown) => T): T {
  const compiled = enginesOf(scope.of.app).engineAt(scope.self === undefined ? "cluster" : "member").compile(source);
  if (compiled.kind === "wrong") throw new Failure("internal", `\${{ ${source} }} was not checked: ${compiled.message}`);
  return compiled.run(bindingsOf(scope, (name) => exportIn(scope, name)), convert);
}

/** What an export is inside its own cluster; it reads no member, so it is the same everywhere. */
function exportIn({ of }: Scope, name: string): unknown {
  const template = namedIn(of.app.exports, name);
  if (template === undefined) throw failed(`there is no export ${name}`);
  const scope = clusterScopes.get(of) ?? { of, self: undefined };
  clusterScopes.set(of, scope);
  const only = onlyExpressionOf(template);
  if (only !== undefined) return run(only, scope, (result) => result);
  const value = evaluateTemplate(template, scope);
  return value.kind === "text" ? value.text : null;
}

const clusterScopes = new WeakMap<Scope["of"], Scope>();

function toValue(result: unknown): Value {
  if (result === null) return { kind: "null" };
  if (typeof result === "string") return { kind: "text", text: result };
  if (result instanceof SecretReference) return { kind: "secret", parts: [result.source] };
  return { kind: "json", value: jsonOf(result) };
}

function toPart(result: unknown): SecretPart {
  return result instanceof SecretReference ? result.source : textOf(result);
}

function textIn(value: Value): string | undefined {
  if (value.kind === "secret") throw failed("a secret stands where only text is possible");
  return textOfValue(value);
}

function failed(message: string): Failure {
  return new Failure("invalid", message, { reason: "EXPRESSION_FAILED" });
}
