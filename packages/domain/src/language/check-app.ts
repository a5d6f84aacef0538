import { readsOf } from "../expression/reads.ts";
import type { Template } from "../expression/template.ts";
import type { RoleName } from "../name.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import { templatesIn } from "./app-templates.ts";
import type { App, Role } from "./app.ts";
import { checkExpressions } from "./check-expressions.ts";
import { checkFiles } from "./check-files.ts";
import { checkHooks } from "./check-hooks.ts";
import { type At, checkCheck, checkPortNamed, checkRoleNamed, type Origin } from "./check-names.ts";
import { checkParams } from "./check-params.ts";
import { checkPodPatch } from "./check-pod.ts";
import { checkPaths, checkVolumes } from "./check-volumes.ts";
import { cycleIn, inShort } from "./cycle.ts";
import { hookTemplates } from "./hook-templates.ts";
import { mostMembers } from "./members.ts";
import type { Path } from "./path.ts";
import { anyOf, didYouMean, shown, type Problems } from "./problems.ts";

/** What is wrong with a definition beyond the shape of its fields: what refers to what, and every expression. */
export function checkApp(app: App, problems: Problems, originOf: Origin): void {
  const roles = Object.values(app.roles);
  if (roles.length === 0) problems.add(["spec", "roles"], "FIELD_MISSING", "a definition needs a role: a kind of member");
  for (const role of roles) checkRole(app, role, problems, (...keys) => originOf(role.name, keys));
  checkCycles(app, problems);
  checkIds(app, problems);
  checkParams(app, problems, originOf);
  checkNames(app, problems);
  checkExports(app, problems);
  checkRolesNamed(app, problems);
  checkHooks(app, problems, originOf);
  checkExpressions(app, problems, originOf);
}

function checkRole(app: App, role: Role, problems: Problems, at: At): void {
  const own = ["spec", "roles", role.name];
  role.after.forEach((before, index) => {
    if (before === role.name) problems.add([...own, "after", index], "AFTER_CYCLE", `${role.name} cannot start after itself`);
    else checkRoleNamed(app, before, [...own, "after", index], problems, role.name);
  });
  checkPorts(role, problems, at);
  checkVolumes(role, problems, at);
  checkPaths(role, problems, at);
  checkFiles(app, role, problems, at);
  for (const name of Object.keys(role.env)) if (name.startsWith("TROUPE_")) problems.add(at("env", name), "NAME_RESERVED", "variables that begin with TROUPE_ are Troupe's own", { key: true });
  for (const kind of ["started", "ready", "healthy"] as const) {
    const check = role.probes[kind]?.check;
    if (check) checkCheck(role, check, problems, (...keys) => at("probes", kind, ...keys));
  }
  checkStanding(role, problems, at);
  checkPlacement(app, role, problems, at);
  if (role.update.pauseAfterFirst && role.update.allAtOnce) problems.add(at("update", "pauseAfterFirst"), "FIELDS_EXCLUSIVE", "where all members stop together none is the first: leave out pauseAfterFirst, or allAtOnce", { key: true });
  checkLeast(role, problems, at);
  for (const { patch, at: place } of role.podPatches) checkPodPatch(patch, place === "app" ? ["spec", "pod"] : [...own, "pod"], problems);
}

function checkPorts(role: Role, problems: Problems, at: At): void {
  const taken = new Map<string, string>();
  for (const { name, port, protocol } of Object.values(role.ports)) {
    const other = taken.get(`${protocol} ${port}`);
    if (other !== undefined) problems.add(at("ports", name), "PORT_DUPLICATE", `${port} is the number of the port ${other} already`);
    taken.set(`${protocol} ${port}`, name);
  }
}

function checkStanding(role: Role, problems: Problems, at: At): void {
  const { standing, services } = role;
  const words = standing?.order ?? [];
  if (standing && new Set(words).size < words.length) problems.add(at("standing", "order"), "VALUE_INVALID", "names a standing twice");
  if (standing?.one !== undefined && !words.includes(standing.one)) problems.add(at("standing", "one"), "STANDING_UNKNOWN", `${standing.one} is not in order: ${anyOf(words)}`, didYouMean(standing.one, words));
  for (const { name, port, to } of Object.values(services)) {
    checkPortNamed(role, port, at("services", name, "port"), problems);
    if (standing === undefined) problems.add(at("services", name, "to"), "STANDING_UNKNOWN", `the role ${role.name} has no standing that an address could follow: give it standing`);
    else if (!words.includes(to)) problems.add(at("services", name, "to"), "STANDING_UNKNOWN", `there is no standing ${shown(to)}: ${role.name} has ${anyOf(words)}`, didYouMean(to, words));
  }
}

function checkPlacement(app: App, role: Role, problems: Problems, at: At): void {
  if (role.near === undefined) return;
  if (role.near === role.name) problems.add(at("near"), "VALUE_INVALID", `${role.name} is always near itself: name another role, or say how it spreads`);
  else checkRoleNamed(app, role.near, at("near"), problems, role.name);
}

function checkLeast(role: Role, problems: Problems, at: At): void {
  for (const resource of ["cpu", "memory"] as const) {
    const [given, least] = [role[resource], role.min[resource]];
    if (given !== undefined && least !== undefined && compareQuantities(parseQuantity(given), parseQuantity(least)) < 0) problems.add(at(resource), "BELOW_MINIMUM", `${given} is less than the role's minimum of ${least}`);
  }
  if (role.gpu !== undefined && role.gpu < (role.min.gpu ?? 0)) problems.add(at("gpu"), "BELOW_MINIMUM", `${role.gpu} is less than the role's minimum of ${role.min.gpu}`);
}

function checkCycles({ roles }: App, problems: Problems): void {
  const cycle = cycleIn(Object.keys(roles), (name) => roles[name]?.after.filter((before) => before !== name && Object.hasOwn(roles, before)) ?? []);
  if (cycle) problems.add(["spec", "roles", cycle[0] ?? "", "after"], "AFTER_CYCLE", `these roles wait for one another: ${inShort(cycle)}`);
}

/** Roles and services of one cluster share a set of names: objects are named from both. */
function checkNames({ roles }: App, problems: Problems): void {
  const taken = new Map(Object.keys(roles).map((name) => [name, `the role ${name}`]));
  const reserved = (path: Path) => problems.add(path, "NAME_RESERVED", "the name all is taken: it names the address of all members", { key: true });
  if (Object.hasOwn(roles, "all")) reserved(["spec", "roles", "all"]);
  for (const role of Object.values(roles)) {
    for (const name of Object.keys(role.services)) {
      const path = ["spec", "roles", role.name, "services", name];
      const other = taken.get(name);
      if (name === "all") reserved(path);
      if (other !== undefined) problems.add(path, "NAME_TAKEN", `${name} is the name of ${other} already: their addresses would be the same`, { key: true });
      taken.set(name, `a service of ${role.name}`);
    }
  }
}

/** Where roles are named in lists of the app. */
function checkRolesNamed(app: App, problems: Problems): void {
  const checkList = (names: readonly string[], path: Path): void => {
    names.forEach((name, index) => {
      if (names.indexOf(name) < index) problems.add([...path, index], "VALUE_INVALID", `${name} is named twice`);
      else checkRoleNamed(app, name, [...path, index], problems);
    });
  };
  if (app.updateOrder) checkList(app.updateOrder, ["spec", "updateOrder"]);
  if (app.run.kind === "job") checkList(app.run.done, ["spec", "done"]);
  for (const [name, { steps }] of Object.entries(app.ops)) steps.forEach((step, index) => "does" in step && checkList(step.roles, ["spec", "ops", name, "steps", index, "roles"]));
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
    [...templatesIn(role), ...hookTemplates(role.hooks)].flatMap(({ template }) => {
      const { member, target, otherMembers, roles } = readsOf(template);
      return [...(member.includes("id") || target.includes("id") ? [role.name] : []), ...(otherMembers.includes("id") ? roles : [])];
    }),
  );
  return new Set(found);
}

function checkExports({ exports }: App, problems: Problems): void {
  const cycle = cycleIn(Object.keys(exports), (name) => readsIn(exports[name]).filter((read) => Object.hasOwn(exports, read)));
  if (cycle) problems.add(["spec", "exports", cycle[0] ?? ""], "EXPORT_CYCLE", `these exports need one another: ${inShort(cycle)}`);
}

function readsIn(template: Template | undefined): readonly string[] {
  return template === undefined ? [] : readsOf(template).exports;
}
