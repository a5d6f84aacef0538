import { textOfValue } from "../expression/evaluate.ts";
import type { Value } from "../expression/value.ts";
import type { Problem } from "../failure.ts";
import { pathText, type Path } from "../language/path.ts";
import { fileKey, packageKey } from "../render/files.ts";
import { utf8Bytes } from "../utf8.ts";
import type { DesiredCluster, DesiredRole } from "./desired.ts";

/** Of an argument or of `NAME=value`, with the zero at its end: Linux (MAX_ARG_STRLEN) starts no process with more. */
const longestArgumentBytes = 128 * 1024;
/** Of all files of all members, with the package: they are one ConfigMap, and Kubernetes keeps less than 1 MiB of it. */
const mostFileBytes = 1_000_000;
/** Longest that a generated secret can be. */
const longestSecretBytes = 256;

/** Measures what templates come to. */
export interface Sizes {
  /** What the template at these keys of the role gives in one situation: a value, or the texts of a list. */
  add(role: DesiredRole, keys: Path, value: Value | readonly string[]): void;
  problems(): readonly Problem[];
}

export function sizesOf(cluster: DesiredCluster): Sizes {
  const files = new Map<string, RoleFiles>();
  const long = new Map<string, Problem>();
  return {
    add(role, keys, value) {
      const [field, name] = keys;
      if (field === "files") {
        const known = files.get(role.name) ?? { role, largest: new Map() };
        const place = pathText(keys);
        const bytes = overheadOf(keys) + Math.max(0, ...textsOf(value).map(utf8Bytes));
        known.largest.set(place, { file: String(name), bytes: Math.max(known.largest.get(place)?.bytes ?? 0, bytes) });
        files.set(role.name, known);
        return;
      }
      const overhead = field === "env" ? utf8Bytes(`${name}=`) + 1 : 1;
      const bytes = overhead + Math.max(0, ...textsOf(value).map(utf8Bytes));
      const path = pathText(["spec", "roles", role.name, ...keys]);
      if (bytes > longestArgumentBytes && !long.has(path)) long.set(path, { path, reason: "TOO_LARGE", message: `comes to ${bytes} bytes with its name, and at most ${longestArgumentBytes} are possible for a variable or an argument: put it into a file` });
    },
    problems: () => [...long.values(), ...filesProblem(cluster, [...files.values()])],
  };
}

interface RoleFiles {
  readonly role: DesiredRole;
  /** Place of a template → its file, and the most bytes that it comes to in any member. */
  readonly largest: Map<string, { readonly file: string; readonly bytes: number }>;
}

/** Of a setting: its key, and what a format writes around the two. */
function overheadOf([, , ...keys]: Path): number {
  return keys.length > 1 ? utf8Bytes(String(keys.at(-1))) + 64 : 0;
}

function filesProblem(cluster: DesiredCluster, files: readonly RoleFiles[]): readonly Problem[] {
  const packaged = Object.entries(cluster.app.package).reduce((sum, [name, text]) => sum + utf8Bytes(packageKey(name)) + utf8Bytes(text), 0);
  const roles = files.map(({ role, largest }) => ({ name: role.name, count: role.count, bytes: bytesOfRole(role, largest) })).toSorted((a, b) => b.bytes - a.bytes);
  const total = roles.reduce((sum, { bytes }) => sum + bytes, packaged);
  const [most] = roles;
  if (total <= mostFileBytes || most === undefined) return [];
  const path = pathText(["spec", "roles", most.name, "files"]);
  return [{ path, reason: "TOO_LARGE", message: `the files of all members and the package have ${total} bytes, and at most ${mostFileBytes} are possible: those of ${most.name} have ${most.bytes}, for ${most.count} members; a file that reads nothing of its member or role is kept once for all` }];
}

function bytesOfRole({ name, count, files }: DesiredRole, largest: RoleFiles["largest"]): number {
  const sizes = new Map<string, number>();
  for (const { file, bytes } of largest.values()) sizes.set(file, (sizes.get(file) ?? 0) + bytes);
  return Object.values(files).reduce((sum, file) => {
    const copies = fileKey(name, 0, file, 0) === fileKey(name, 1, file, 0) ? 1 : count;
    return sum + copies * ((sizes.get(file.path) ?? 0) + utf8Bytes(fileKey(name, count, file, 999)));
  }, 0);
}

/** Of a secret only the name is known. */
function textsOf(value: Value | readonly string[]): readonly string[] {
  if (isList(value)) return value;
  if (value.kind === "secret") return [value.parts.map((part) => (typeof part === "string" ? part : "x".repeat(longestSecretBytes))).join("")];
  return [textOfValue(value) ?? ""];
}

function isList(value: Value | readonly string[]): value is readonly string[] {
  return Array.isArray(value);
}
