import { readsOf } from "../expression/reads.ts";
import { parsePattern } from "../expression/pattern.ts";
import { Failure } from "../failure.ts";
import { templatesIn, type Placed } from "./app-templates.ts";
import type { App, Param, Role } from "./app.ts";
import type { Origin } from "./check-names.ts";
import { whyNotValue } from "./param-value.ts";
import type { Path } from "./path.ts";
import type { Problems } from "./problems.ts";

/** Declarations that contradict themselves, and params that cannot change in the way that they say. */
export function checkParams(app: App, problems: Problems, originOf: Origin): void {
  for (const param of Object.values(app.params)) checkParam(param, ["spec", "params", param.name], problems);
  for (const [name, { params }] of Object.entries(app.ops)) for (const param of Object.values(params)) checkParam(param, ["spec", "ops", name, "params", param.name], problems);
  for (const role of Object.values(app.roles)) for (const placed of templatesIn(role)) checkReach(app, role, placed, problems, originOf);
}

/** A change that is to reach members without a restart can do so through files only, and `reload` needs the hook of that name. */
function checkReach(app: App, role: Role, { template, keys }: Placed, problems: Problems, originOf: Origin): void {
  for (const name of readsOf(template).params) {
    const apply = app.params[name]?.apply;
    if (apply !== "live" && apply !== "reload") continue;
    const path = originOf(role.name, keys);
    if (keys[0] !== "files") problems.add(path, "APPLY_TOO_WEAK", `the param ${name} is to be applied ${apply === "live" ? "live" : "by a reload"}, and here it takes a restart: read it in files only, or write apply: restart for it`);
    else if (apply === "reload" && !hasReload(role)) problems.add(path, "HOOK_MISSING", `the param ${name} is applied by a reload, and the role ${role.name} has no hook reload`);
  }
}

export function hasReload({ hooks }: Role): boolean {
  return hooks.reload !== undefined;
}

function checkParam(param: Param, own: Path, problems: Problems): void {
  const at = (field: string): Path => [...own, field];
  checkBounds(param, problems, at);
  if (param.pattern !== undefined) checkPattern(param, param.pattern, problems, at("pattern"));
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

function checkPattern(param: Param, pattern: string, problems: Problems, path: Path): void {
  if (param.type !== "string") problems.add(path, "FIELD_NOT_APPLICABLE", `pattern is for string, not for ${param.type}`, { key: true });
  else if (param.enum !== undefined) problems.add(path, "FIELDS_EXCLUSIVE", "enum says already what is possible: leave out pattern", { key: true });
  try {
    parsePattern(pattern);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    problems.add(path, error.reason, error.message);
  }
}
