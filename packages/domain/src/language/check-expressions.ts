import { canonicalJson } from "../canonical.ts";
import { checkTemplate, type Expected, type TemplateProblem } from "../expression/check-template.ts";
import { enginesOf } from "../expression/evaluate.ts";
import type { Template } from "../expression/template.ts";
import type { Place } from "../expression/types.ts";
import { listTemplates, templatesIn, type Placed } from "./app-templates.ts";
import type { App } from "./app.ts";
import type { Origin } from "./check-names.ts";
import { hookTemplates, stepTemplates } from "./hook-templates.ts";
import type { Path } from "./path.ts";
import type { Problems } from "./problems.ts";

/** Every expression of a definition, against the types of what it can read where it stands. */
export function checkExpressions(app: App, problems: Problems, originOf: Origin): void {
  const check = cachedCheck(app);
  const tell = (path: Path, { template, expected, keys }: Placed, place: Place): void => addAll(problems, path, check(template, place, expected), keys.at(-1) !== "from");
  for (const role of Object.values(app.roles)) {
    const at = (keys: Path): Path => originOf(role.name, keys);
    for (const placed of templatesIn(role)) tell(at(placed.keys), placed, "member");
    for (const placed of listTemplates(role.standing?.probe, ["standing", "probe", "exec"])) tell(at(placed.keys), placed, "member");
    const { healthy } = role.probes;
    if (healthy?.check.kind === "exec") for (const placed of listTemplates(healthy.check.command, ["probes", "healthy", "exec"])) tell(at(placed.keys), placed, "member");
    for (const placed of hookTemplates(role.hooks)) tell(at(placed.keys), placed, placed.place);
    if (role.when) tell(at(["when"]), { template: role.when, keys: [], expected: { result: "condition", secrets: "refused" } }, "choice");
  }
  for (const placed of hookTemplates(app.hooks)) tell(["spec", ...placed.keys], placed, placed.place);
  for (const [name, operation] of Object.entries(app.ops)) {
    operation.steps.forEach((step, index) => {
      if ("does" in step) return;
      for (const placed of stepTemplates(step, ["spec", "ops", name, "steps", index])) tell(placed.keys, placed, "operation");
    });
  }
  for (const [name, template] of Object.entries(app.exports)) tell(["spec", "exports", name], { template, keys: [], expected: { result: "text", secrets: "alone" } }, "cluster");
  for (const [name, secret] of Object.entries(app.secrets)) {
    if (secret.kind === "referenced") tell(["spec", "secrets", name, "from", "name"], { template: secret.name, keys: [], expected: { result: "text", secrets: "refused" } }, "choice");
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
    const found = results.get(key) ?? checkTemplate(template, enginesOf(app).engineAt(place), expected);
    results.set(key, found);
    return found;
  };
}

/** `isHere`: the text stands in the document itself, so that places in it can be told. */
function addAll(problems: Problems, path: Path, found: readonly TemplateProblem[], isHere: boolean): void {
  for (const { reason, message, offset, ...where } of found) problems.add(path, reason, message, isHere ? { ...where, offset } : where);
}
