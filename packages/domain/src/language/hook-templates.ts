import type { Place } from "../expression/types.ts";
import { listTemplates, type Placed } from "./app-templates.ts";
import type { Hooks, HookStep } from "./app.ts";
import type { Path } from "./path.ts";
import type { HookName } from "./schema/hooks.ts";

interface PlacedStep {
  readonly hook: HookName;
  readonly step: HookStep;
  /** Where it is written among a role's fields. */
  readonly keys: Path;
}

export function stepsOf(hooks: Hooks): readonly PlacedStep[] {
  return Object.entries(hooks).flatMap(([name, steps]) => steps.map((step, index) => ({ hook: name as HookName, step, keys: steps.length > 1 ? ["hooks", name, index] : ["hooks", name] })));
}

/** Every template of hooks, and what it can read there. */
export function hookTemplates(hooks: Hooks): readonly (Placed & { readonly place: Place })[] {
  return stepsOf(hooks).flatMap(({ hook, step, keys }) => stepTemplates(step, keys).map((placed) => ({ ...placed, place: placeOf(hook) })));
}

function placeOf(hook: HookName): Place {
  if (hook === "handover") return "handover";
  return ["create", "peers", "upgradeBegin", "upgradeEnd"].includes(hook) ? "crowd" : "target";
}

export function stepTemplates({ act, when, until }: HookStep, keys: Path): readonly Placed[] {
  const text = { result: "text", secrets: "refused" } as const;
  const condition = when === undefined ? [] : [{ template: when, keys: [...keys, "when"], expected: { result: "condition", secrets: "refused" } as const }];
  const asked = until?.check.kind === "exec" ? listTemplates(until.check.command, [...keys, "until", "exec"]) : [];
  switch (act.kind) {
    case "exec":
      return [...condition, ...asked, ...listTemplates(act.command, [...keys, "exec"])];
    case "job":
      return [...condition, ...asked, ...listTemplates(act.command, [...keys, "job", "command"])];
    case "http":
      return [...condition, ...asked, { template: act.path, keys: [...keys, "http", "path"], expected: text }, ...(act.body ? [{ template: act.body, keys: [...keys, "http", "body"], expected: text }] : [])];
  }
}
