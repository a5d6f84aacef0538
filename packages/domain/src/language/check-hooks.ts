import type { App, HookPlace, HookStep, Role } from "./app.ts";
import { checkCheck, checkPortNamed, checkRoleNamed, type Origin } from "./check-names.ts";
import { stepsOf } from "./hook-templates.ts";
import type { Path } from "./path.ts";
import { anyOf, didYouMean, shown, type Problems } from "./problems.ts";
import type { HookName } from "./schema/hooks.ts";

/** What is wrong with hooks beyond their shape and their expressions: where they run, and when. */
export function checkHooks(app: App, problems: Problems, originOf: Origin): void {
  for (const role of Object.values(app.roles)) {
    for (const { hook, step, keys } of stepsOf(role.hooks)) checkStep({ app, role, hook, problems, path: originOf(role.name, keys) }, step);
    if (role.hooks.handover && (role.standing?.order.length ?? 0) < 2) problems.add(originOf(role.name, ["hooks", "handover"]), "STANDING_UNKNOWN", `handover passes a standing on, and ${role.name} does not have two: give it standing`);
    if (role.peers?.does === "reload" && role.hooks.reload === undefined) problems.add(originOf(role.name, ["hooks", "peers"]), "HOOK_MISSING", `the role ${role.name} has no hook reload`);
  }
  for (const { hook, step, keys } of stepsOf(app.hooks)) checkStep({ app, role: undefined, hook, problems, path: ["spec", ...keys] }, step);
  for (const [name, { steps }] of Object.entries(app.ops)) {
    steps.forEach((step, index) => "does" in step || checkStep({ app, role: undefined, hook: undefined, problems, path: ["spec", "ops", name, "steps", index] }, step));
  }
}

interface Placing {
  readonly app: App;
  /** Whose hook it is; undefined for the cluster's own, and for operations. */
  readonly role: Role | undefined;
  readonly hook: HookName | undefined;
  readonly problems: Problems;
  readonly path: Path;
}

const beforeStart: readonly (HookName | undefined)[] = ["revive", "configure", "create", "join", "rejoin"];

function checkStep(placing: Placing, step: HookStep): void {
  const { hook, problems, path } = placing;
  if (step.beforeStart && !beforeStart.includes(hook)) problems.add([...path, "before"], "FIELD_NOT_APPLICABLE", `${hook ?? "an operation"} is about members that have started: only ${anyOf(beforeStart.map(String))} can come before the start`, { key: true });
  if (hook === "revive" && !step.beforeStart) problems.add([...path, "before"], "FIELD_MISSING", "before is missing: revive asks members that have not started, so write before: start");
  const where = roleAt(placing, step.at, "at");
  const asked = step.until?.at === undefined ? where : roleAt(placing, step.until.at, "until", "at");
  if (step.act.kind === "http" && where) checkPortNamed(where, step.act.port, [...path, "http", "port"], problems);
  if (step.until && asked) checkCheck(asked, step.until.check, problems, (...keys) => [...path, "until", ...keys]);
}

const places = ["self", "to", "any", "all", "others"];

/** The role in whose members it runs; undefined where that cannot be told. */
function roleAt({ app, role: own, hook, problems, path }: Placing, { role: name, members }: HookPlace, ...keys: Path): Role | undefined {
  const refuse = (message: string, suggestion = {}) => problems.add([...path, ...keys], "PLACE_INVALID", message, suggestion);
  const role = name === undefined ? own : checkRoleNamed(app, name, [...path, ...keys], problems);
  if (role === undefined) {
    if (name === undefined) refuse(`is about no role: write in which members it runs, such as ${Object.keys(app.roles)[0] ?? "role"}/any`);
    return undefined;
  }
  const standings = role.standing?.order ?? [];
  const isOther = name !== undefined && name !== own?.name;
  if (!places.includes(members) && !standings.includes(members)) refuse(`${shown(members)} is no place: write ${anyOf([...places, ...standings])}, with a role and a slash before it where it is another one's`, didYouMean(members, [...places, ...standings]));
  else if (members === "to" && hook !== "handover") refuse("to is known in handover only: the member that takes over");
  else if (members === "self" && isOther) refuse("self is a member of its own role: write any or all");
  else if (members === "self" && (hook === "forget" || hook === "left")) refuse(`the member that ${hook} is about is not there any more: write any`);
  return role;
}
