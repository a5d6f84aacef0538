import { namedIn } from "../by-name.ts";
import { canonicalJson } from "../canonical.ts";
import { checkTemplate, type Expected, type TemplateProblem } from "../expression/check-template.ts";
import { enginesOf } from "../expression/evaluate.ts";
import { parsePattern } from "../expression/pattern.ts";
import { readsOf } from "../expression/reads.ts";
import type { Template } from "../expression/template.ts";
import type { Place } from "../expression/types.ts";
import { Failure } from "../failure.ts";
import type { RoleName } from "../name.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import { templatesIn } from "./app-templates.ts";
import type { App, Param, Probe, Role } from "./app.ts";
import { checkPaths, checkVolumes } from "./check-volumes.ts";
import { mostMembers } from "./members.ts";
import { whyNotValue } from "./param-value.ts";
import type { Path } from "./path.ts";
import { didYouMean, shown, type Problems } from "./problems.ts";

/** Where a role's field is written. */
export type Origin = (role: RoleName, keys: Path) => Path;

/** What is wrong with a definition beyond the shape of its fields: what refers to what, and every expression. */
export function checkApp(app: App, problems: Problems, originOf: Origin): void {
  const roles = Object.values(app.roles);
  const at: Origin = originOf;
  if (roles.length === 0) problems.add(["spec", "roles"], "FIELD_MISSING", "a definition needs a role: a kind of member");
  for (const role of roles) checkRole(app, role, problems, (...keys) => at(role.name, keys));
  checkCycles(app, problems);
  checkIds(app, problems);
  for (const param of Object.values(app.params)) checkParam(param, problems);
  checkExports(app, problems);
  checkExpressions(app, problems, at);
}

/** The same for one role. */
export type At = (...keys: Path) => Path;

function checkRole(app: App, role: Role, problems: Problems, at: At): void {
  const own = ["spec", "roles", role.name];
  if (role.name === "all") problems.add(own, "NAME_RESERVED", "the name all is taken: it names the address of all members", { key: true });
  role.after.forEach((before, index) => {
    if (before === role.name) problems.add([...own, "after", index], "AFTER_CYCLE", `${role.name} cannot start after itself`);
    else if (!Object.hasOwn(app.roles, before)) problems.add([...own, "after", index], "ROLE_UNKNOWN", `there is no role ${shown(before)}`, { misses: `roles.${before}`, ...didYouMean(before, Object.keys(app.roles).filter((name) => name !== role.name)) });
  });
  checkPorts(role, problems, at);
  checkVolumes(role, problems, at);
  checkPaths(role, problems, at);
  for (const name of Object.keys(role.env)) if (name.startsWith("TROUPE_")) problems.add(at("env", name), "NAME_RESERVED", "variables that begin with TROUPE_ are Troupe's own", { key: true });
  checkProbe(role, "started", role.probes.started, problems, at);
  checkProbe(role, "ready", role.probes.ready, problems, at);
  checkLeast(role, "cpu", problems, at);
  checkLeast(role, "memory", problems, at);
}

function checkPorts(role: Role, problems: Problems, at: At): void {
  const taken = new Map<string, string>();
  for (const { name, port, protocol } of Object.values(role.ports)) {
    const other = taken.get(`${protocol} ${port}`);
    if (other !== undefined) problems.add(at("ports", name), "PORT_DUPLICATE", `${port} is the number of the port ${other} already`);
    taken.set(`${protocol} ${port}`, name);
  }
}

function checkProbe(role: Role, kind: "started" | "ready", probe: Probe | undefined, problems: Problems, at: At): void {
  if (probe === undefined || probe.check.kind === "exec") return;
  const { kind: check, port: name } = probe.check;
  const path = check === "http" ? at("probes", kind, "http", "port") : at("probes", kind, "tcp");
  const port = namedIn(role.ports, name);
  // A probe that names none has been told of.
  if (name === "") return;
  if (port === undefined) problems.add(path, "PORT_UNKNOWN", `the role ${role.name} has no port ${shown(name)}`, { misses: `ports.${name}`, ...didYouMean(name, Object.keys(role.ports)) });
  else if (port.protocol !== "TCP") problems.add(path, "VALUE_INVALID", `the port ${name} is ${port.protocol}, and ${check} asks over TCP: name a TCP port, or use exec`);
}

function checkLeast(role: Role, resource: "cpu" | "memory", problems: Problems, at: At): void {
  const [given, least] = [role[resource], role.min[resource]];
  if (given === undefined || least === undefined || compareQuantities(parseQuantity(given), parseQuantity(least)) >= 0) return;
  problems.add(at(resource), "BELOW_MINIMUM", `${given} is less than the role's minimum of ${least}`);
}

function checkCycles({ roles }: App, problems: Problems): void {
  const cycle = cycleIn(Object.keys(roles), (name) => roles[name]?.after.filter((before) => before !== name && Object.hasOwn(roles, before)) ?? []);
  if (cycle) problems.add(["spec", "roles", cycle[0] ?? "", "after"], "AFTER_CYCLE", `these roles wait for one another: ${inShort(cycle)}`);
}

/** `a → b → a`; undefined when there is none. */
function cycleIn(names: readonly string[], nextOf: (name: string) => readonly string[]): readonly string[] | undefined {
  const done = new Set<string>();
  const follow = (name: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(name)) return fromLeast(trail.slice(trail.indexOf(name)));
    if (done.has(name)) return undefined;
    done.add(name);
    for (const next of nextOf(name)) {
      const cycle = follow(next, [...trail, name]);
      if (cycle) return cycle;
    }
    return undefined;
  };
  for (const name of names) {
    const cycle = follow(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The same cycle wherever it was entered. */
function fromLeast(cycle: readonly string[]): readonly string[] {
  const least = cycle.indexOf(cycle.toSorted()[0] ?? "");
  return [...cycle.slice(least), ...cycle.slice(0, least), cycle[least] ?? ""];
}

function inShort(cycle: readonly string[]): string {
  return (cycle.length > 8 ? [...cycle.slice(0, 6), "…", cycle.at(-1)] : cycle).join(" → ");
}

/** Where `member.id` is used, no two members of different roles may have the same. */
function checkIds(app: App, problems: Problems): void {
  const using = rolesUsingIds(app);
  const ranges = Object.values(app.roles)
    .filter(({ name }) => using.has(name))
    .map(({ name, idBase, members }) => ({ name, first: idBase, last: idBase + (mostMembers(members) ?? Number.POSITIVE_INFINITY) - 1 }));
  ranges.forEach((range, index) => {
    const other = ranges.slice(0, index).find(({ first, last }) => first <= range.last && range.first <= last);
    if (other === undefined) return;
    const last = Number.isFinite(other.last) ? String(other.last) : "any";
    problems.add(["spec", "roles", range.name, "idBase"], "ID_OVERLAP", `members of ${range.name} would get ids that members of ${other.name} can have (${other.first} to ${last}): give ${range.name} another idBase, or limit the members of ${other.name}`);
  });
}

function rolesUsingIds(app: App): ReadonlySet<RoleName> {
  const found = Object.values(app.roles).flatMap((role) =>
    templatesIn(role).flatMap(({ template }) => {
      const { member, otherMembers, roles } = readsOf(template);
      return [...(member.includes("id") ? [role.name] : []), ...(otherMembers.includes("id") ? roles : [])];
    }),
  );
  return new Set(found);
}

function checkParam(param: Param, problems: Problems): void {
  const at = (field: string): Path => ["spec", "params", param.name, field];
  checkBounds(param, problems, at);
  if (param.pattern !== undefined) checkPattern(param, param.pattern, problems);
  if (param.required && param.default !== undefined) problems.add(at("required"), "FIELDS_EXCLUSIVE", "a param with a default is never missing: leave out required, or the default");
  const { enum: allowed, ...rest } = param;
  allowed?.forEach((value, index) => {
    const wrong = whyNotValue({ ...rest, enum: undefined, pattern: undefined }, value);
    if (wrong !== undefined) problems.add([...at("enum"), index], "PARAM_INVALID", wrong);
  });
  const wrong = param.default === undefined ? undefined : whyNotValue(param, param.default);
  if (wrong !== undefined) problems.add(at("default"), "PARAM_INVALID", wrong);
}

function checkBounds({ type, min, max }: Param, problems: Problems, at: (field: string) => Path): void {
  const isNumber = type === "integer" || type === "number";
  if (!isNumber && (min !== undefined || max !== undefined)) problems.add(at(min === undefined ? "max" : "min"), "FIELD_NOT_APPLICABLE", `min and max are for numbers, not for ${type}`, { key: true });
  if (min !== undefined && max !== undefined && min > max) problems.add(at("min"), "VALUE_INVALID", `min is more than max, which is ${max}`);
}

function checkPattern(param: Param, pattern: string, problems: Problems): void {
  const path = ["spec", "params", param.name, "pattern"];
  if (param.type !== "string") problems.add(path, "FIELD_NOT_APPLICABLE", `pattern is for string, not for ${param.type}`, { key: true });
  else if (param.enum !== undefined) problems.add(path, "FIELDS_EXCLUSIVE", "enum says already what is possible: leave out pattern", { key: true });
  try {
    parsePattern(pattern);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    problems.add(path, error.reason, error.message);
  }
}

function checkExports({ exports }: App, problems: Problems): void {
  const cycle = cycleIn(Object.keys(exports), (name) => readsIn(exports[name]).filter((read) => Object.hasOwn(exports, read)));
  if (cycle) problems.add(["spec", "exports", cycle[0] ?? ""], "EXPORT_CYCLE", `these exports need one another: ${inShort(cycle)}`);
}

function readsIn(template: Template | undefined): readonly string[] {
  return template === undefined ? [] : readsOf(template).exports;
}

function checkExpressions(app: App, problems: Problems, originOf: Origin): void {
  const check = cachedCheck(app);
  for (const role of Object.values(app.roles)) {
    for (const { template, keys, expected } of templatesIn(role)) addAll(problems, originOf(role.name, keys), check(template, "member", expected));
  }
  for (const [name, template] of Object.entries(app.exports)) {
    const path = ["spec", "exports", name];
    addAll(problems, path, check(template, "cluster", { result: "text", secrets: "later" }));
  }
}

/** A text that many roles share is checked once. */
function cachedCheck(app: App): (template: Template, place: Place, expected: Expected) => readonly TemplateProblem[] {
  const known = new WeakMap<Template, Map<string, readonly TemplateProblem[]>>();
  return (template, place, expected) => {
    if (template.parts.every(({ kind }) => kind === "text")) return [];
    const results = known.get(template) ?? new Map<string, readonly TemplateProblem[]>();
    known.set(template, results);
    const key = place + canonicalJson(expected);
    const found = results.get(key) ?? checkTemplate(template, enginesOf(app)[place], expected);
    results.set(key, found);
    return found;
  };
}

function addAll(problems: Problems, path: Path, found: readonly TemplateProblem[]): void {
  for (const { reason, message, ...where } of found) problems.add(path, reason, message, where);
}
