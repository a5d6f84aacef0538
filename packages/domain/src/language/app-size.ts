import { invalid } from "../failure.ts";
import type { JsonObject } from "../json.ts";
import { utf8Bytes } from "../utf8.ts";
import { valueAt, type Problems } from "./problems.ts";

const mostDefinitionBytes = 384 * 1024;
const mostTextBytes = 64 * 1024;
const mostEntries = 5000;

/** Throws at once: all that follows takes time that grows with these. */
export function checkSize(definition: JsonObject, problems: Problems): void {
  const { spec } = definition;
  // As long as the canonical text, which has the same fields in another order.
  const text = JSON.stringify(isObject(spec) ? { ...definition, spec: { ...spec, package: undefined } } : definition);
  const bytes = utf8Bytes(JSON.stringify(definition));
  const textBytes = utf8Bytes(text);
  const expressions = text.split("${{").length - 1;
  if (bytes > mostDefinitionBytes) problems.add(["spec", "package"], "TOO_LARGE", `the definition with its package has ${bytes} bytes, and at most ${mostDefinitionBytes} are possible`);
  if (textBytes > mostTextBytes) problems.add([], "TOO_LARGE", `the definition without its package has ${textBytes} bytes, and at most ${mostTextBytes} are possible`);
  if (expressions > mostExpressions) problems.add([], "TOO_LARGE", `the definition has ${expressions} expressions, and at most ${mostExpressions} are possible`);
  for (const [field, most] of Object.entries(mostOf)) {
    const entries = valueAt(definition, ["spec", field]);
    const count = isObject(entries) ? Object.keys(entries).length : 0;
    if (count > most) problems.add(["spec", field], "TOO_LARGE", `${count} ${field} are too many: at most ${most} are possible`);
  }
  if (problems.list.some(({ reason }) => reason === "TOO_LARGE")) throw invalid(problems.list, "the App");
}

const mostExpressions = 1000;
const mostOf = { roles: 50, params: 200, secrets: 100, needs: 50, exports: 100 };

/** The app's defaults count in every role that has them. */
export function isOfSensibleSize(spec: Readonly<Record<string, unknown>>, problems: Problems): boolean {
  const roles = Object.values(isObject(spec["roles"]) ? spec["roles"] : {});
  const entries = roles.reduce<number>((sum, role) => sum + entriesIn(role) + entriesIn(spec), 0);
  if (entries > mostEntries) problems.add(["spec", "roles"], "TOO_LARGE", `the roles have ${entries} variables, files and the like in all, and at most ${mostEntries} are possible`);
  return entries <= mostEntries;
}

function entriesIn(fields: unknown): number {
  if (!isObject(fields)) return 0;
  return ["env", "ports", "volumes", "files", "command", "args"].reduce((sum, field) => {
    const value = fields[field];
    return sum + (Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0);
  }, 0);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
