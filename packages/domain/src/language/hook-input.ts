import { byName } from "../by-name.ts";
import type { HookAct, HookPlace, Hooks, HookStep } from "./app.ts";
import { buildCheck, type At } from "./check-input.ts";
import { conditionAt, listAt, secondsAt, templateAt, type Fields } from "./fields.ts";
import { withoutNulls, type MergedRole } from "./merge.ts";
import { hookNames, type HookName } from "./schema/hooks.ts";

type HooksInput = NonNullable<MergedRole["hooks"]>;
export type StepInput = Extract<NonNullable<HooksInput["create"]>, { readonly exec?: unknown }>;

/** What the declaration of a port says of it, in a role, or in that of the hook where none is named. */
export type SchemeOf = (role: string | undefined, port: string) => string | undefined;

export interface HookBuilder extends Fields {
  readonly schemeOf: SchemeOf;
}

/** Each hook as a list of steps; the words `reload` and `restart` of `peers` are none. */
export function buildHooks(builder: HookBuilder, input: HooksInput, at: At): Hooks {
  const steps = hookNames.flatMap((name): readonly (readonly [HookName, readonly HookStep[]])[] => {
    const given = input[name];
    if (given === undefined || typeof given === "string") return [];
    const isList = Array.isArray(given);
    const list = (isList ? given : [given]) as readonly StepInput[];
    return [[name, buildSteps(builder, list, defaultPlace(name), (...[index, ...keys]) => at(name, ...(isList ? [index ?? 0] : []), ...keys))]];
  });
  return byName(steps) as Hooks;
}

/** Where the target is gone, another member tells of it. */
function defaultPlace(hook: HookName): string {
  return hook === "forget" || hook === "left" ? "any" : "self";
}

/** `at`: place of step and field, as `(index, ...keys)`. */
export function buildSteps(builder: HookBuilder, input: readonly StepInput[], place: string, at: At): readonly HookStep[] {
  return input.map((step, index) => buildStep(builder, withoutNulls(step) as StepInput, place, (...keys) => at(index, ...keys)));
}

function buildStep(builder: HookBuilder, input: StepInput, place: string, at: At): HookStep {
  const { until } = input;
  const asked = parsePlace(until?.at ?? input.at ?? place);
  return {
    act: buildAct(builder, input, at),
    at: parsePlace(input.at ?? place),
    when: input.when === undefined ? undefined : conditionAt(builder, at("when"), input.when),
    beforeStart: input.before === "start",
    until: until && { check: buildCheck(builder, until, "until", (...keys) => at("until", ...keys), (port) => builder.schemeOf(asked.role, port)), at: until.at === undefined ? undefined : parsePlace(until.at) },
    deadlineSeconds: secondsAt(builder, at("deadline"), input.deadline, 300, 1),
    attempts: input.attempts ?? (until ? undefined : 5),
    onFailure: input.onFailure ?? "stop",
    approve: input.approve ?? false,
  };
}

/** `role/members`, or members of the hook's own role. What there is is looked up when the App is checked. */
function parsePlace(text: string): HookPlace {
  const slash = text.indexOf("/");
  return slash < 0 ? { role: undefined, members: text } : { role: text.slice(0, slash), members: text.slice(slash + 1) };
}

function buildAct(builder: Fields, { exec, http, job }: StepInput, at: At): HookAct {
  const given = [exec, http, job].filter((act) => act !== undefined).length;
  if (given === 0) builder.problems.add(at(), "FIELD_MISSING", "a step needs one of exec, http or job");
  if (given > 1) builder.problems.add(at(), "FIELDS_EXCLUSIVE", "a step is one of exec, http or job, not several");
  if (http) {
    const { port, method, path, body } = http;
    return { kind: "http", port, method: method ?? "POST", path: templateAt(builder, at("http", "path"), path), body: body === undefined ? undefined : templateAt(builder, at("http", "body"), body) };
  }
  if (job) return { kind: "job", image: job.image, command: commandAt(builder, job.command, () => at("job", "command")) };
  return { kind: "exec", command: commandAt(builder, exec ?? [], () => at("exec")) };
}

function commandAt(builder: Fields, elements: readonly (string | number | boolean)[], at: () => ReturnType<At>) {
  return listAt(builder, at(), elements) ?? { kind: "elements" as const, elements: [] };
}
