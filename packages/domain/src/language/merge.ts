import { byName, mapNames, namedIn } from "../by-name.ts";
import type { JsonObject } from "../json.ts";
import type { Document } from "./document.ts";
import type { Path } from "./path.ts";
import { valueAt } from "./problems.ts";
import type { AppInput } from "./schema/app.ts";
import type { RoleInput } from "./schema/role.ts";

const defaultFields = ["image", "shell", "user", "command", "args", "env", "ports", "volumes", "files", "cpu", "memory", "gpu", "shm", "probes", "stop", "update", "hooks", "spread"] as const;

/** Hooks that, written at app level, are the cluster's and no default for roles. */
const clusterHooks: readonly string[] = ["create", "upgradeBegin", "upgradeEnd"];

export function isOfCluster(hook: string): boolean {
  return clusterHooks.includes(hook);
}

/** What a role says laid over what the app says: maps key by key, null removes, lists and the rest replace. */
export type MergedRole = WithoutNulls<RoleInput>;
type WithoutNulls<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [K in keyof T]: WithoutNulls<Exclude<T[K], null>> } : T;

export function mergedRole(spec: AppInput["spec"], name: string): MergedRole {
  const role = spec.roles[name] ?? {};
  const shared = Object.fromEntries(defaultFields.map((field) => [field, spec[field]]));
  const below = {
    ...shared,
    ports: withNumbers(spec.ports),
    probes: withoutReplaced(spec.probes, role.probes),
    files: withoutOtherContent(spec.files, role.files),
    hooks: withoutOwn(spec.hooks, role.hooks),
  };
  const { pod: _pod, ...own } = role;
  const merged = laidOver(below, { ...own, ports: withNumbers(role.ports) }) as MergedRole;
  return merged.files === undefined ? merged : { ...merged, files: mapNames(merged.files, (file, path) => withSettings(file, namedIn(below.files ?? {}, path)?.set, namedIn(role.files ?? {}, path)?.set)) };
}

type FileInput = NonNullable<MergedRole["files"]>[string];

/** In settings null has something to say still: it takes away what the file of the package has. */
function withSettings(file: FileInput, below: JsonObject | null | undefined, above: JsonObject | null | undefined): FileInput {
  return file.set === undefined ? file : { ...file, set: settingsOver(below ?? {}, above ?? {}) as FileInput["set"] };
}

function settingsOver(below: JsonObject, above: JsonObject): JsonObject {
  const merged = Object.entries(above).map(([key, value]) => {
    const base = namedIn(below, key);
    return [key, isMap(value) && isMap(base) ? settingsOver(base, value) : value] as const;
  });
  return byName([...Object.entries(below), ...merged]);
}

const checks = ["exec", "http", "tcp"] as const;

/** A probe has one check: a role's own, of whichever kind, takes the place of the app's. */
function withoutReplaced(below: RoleInput["probes"], above: RoleInput["probes"]): unknown {
  if (!below || !above) return below;
  return Object.fromEntries(
    (["started", "ready", "healthy"] as const).map((kind) => {
      const [shared, own] = [below[kind], above[kind]];
      const given = checks.filter((check) => own?.[check] !== undefined && own[check] !== null);
      if (!shared || given.length === 0) return [kind, shared];
      return [kind, Object.fromEntries(Object.entries(shared).filter(([field]) => !checks.some((check) => check === field) || given.some((check) => check === field)))];
    }),
  );
}

/** A file is made in one way: a role's own takes the place of the app's, unless it only sets keys. */
function withoutOtherContent(below: RoleInput["files"], above: RoleInput["files"]): RoleInput["files"] {
  if (!below || !above) return below;
  return mapNames(below, (file, path) => {
    const own = namedIn(above, path);
    const isOther = [own?.text, own?.from, own?.format].some((field) => field !== undefined && field !== null);
    if (!file || !isOther) return file;
    const { text: _text, from: _from, format: _format, set: _set, ...rest } = file;
    return rest;
  });
}

/** A role's own hook takes the place of the app's as a whole: two steps cannot be one. */
function withoutOwn(below: RoleInput["hooks"], above: RoleInput["hooks"]): unknown {
  return below && Object.fromEntries(Object.entries(below).filter(([name]) => !isOfCluster(name) && namedIn((above ?? {}) as Readonly<Record<string, unknown>>, name) === undefined));
}

/** `client: 9092` is short for `client: {port: 9092}`, so that the two merge. */
function withNumbers(ports: unknown): unknown {
  return isMap(ports) ? mapNames(ports, (port) => (typeof port === "number" ? { port } : port)) : ports;
}

function laidOver(below: unknown, above: unknown): unknown {
  if (above === undefined) return below === null ? undefined : withoutNulls(below);
  if (above === null) return undefined;
  if (!isMap(above)) return above;
  const base = isMap(below) ? below : {};
  const keys = [...new Set([...Object.keys(base), ...Object.keys(above)])];
  return byName(keys.map((key) => [key, laidOver(namedIn(base, key), namedIn(above, key))] as const).filter(([, value]) => value !== undefined));
}

export function withoutNulls(value: unknown): unknown {
  if (!isMap(value)) return value;
  return byName(Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)] as const])));
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
