import type { Document } from "./document.ts";
import type { Path } from "./path.ts";
import { valueAt } from "./problems.ts";
import type { AppInput, RoleInput } from "./schema.ts";

const defaultFields = ["image", "user", "command", "args", "env", "ports", "volumes", "files", "cpu", "memory", "probes", "stop", "update"] as const;

/** What a role says laid over what the app says: maps key by key, null removes, lists and the rest replace. */
export type MergedRole = { readonly [K in keyof RoleInput]: Exclude<RoleInput[K], null> };

export function mergedRole(spec: AppInput["spec"], name: string): MergedRole {
  const role = spec.roles[name] ?? {};
  const shared = Object.fromEntries(defaultFields.map((field) => [field, spec[field]]));
  return laidOver({ ...shared, ports: withNumbers(shared["ports"]) }, { ...role, ports: withNumbers(role.ports) }) as MergedRole;
}

/** `client: 9092` is short for `client: {port: 9092}`, so that the two merge. */
function withNumbers(ports: unknown): unknown {
  if (!isMap(ports)) return ports;
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, typeof port === "number" ? { port } : port]));
}

function laidOver(below: unknown, above: unknown): unknown {
  if (above === undefined) return below === null ? undefined : withoutNulls(below);
  if (above === null) return undefined;
  if (!isMap(above)) return above;
  const base = isMap(below) ? below : {};
  const keys = [...new Set([...Object.keys(base), ...Object.keys(above)])];
  return Object.fromEntries(keys.map((key) => [key, laidOver(base[key], above[key])] as const).filter(([, value]) => value !== undefined));
}

function withoutNulls(value: unknown): unknown {
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)]])));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a role's field is written: in the role, or among the app's defaults. */
export function originOf(document: Pick<Document, "value">, role: string, keys: Path): Path {
  const own: Path = ["spec", "roles", role, ...keys];
  const [field = ""] = keys;
  if (valueAt(document.value, own) !== undefined || !isDefault(field)) return own;
  // A field of something that the role has itself (a port without a number) is missing there.
  const shared: Path = ["spec", ...keys];
  return valueAt(document.value, shared) === undefined ? own : shared;
}

function isDefault(field: string | number): boolean {
  return defaultFields.some((known) => known === field);
}
