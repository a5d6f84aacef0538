import { invalid, type Problem } from "@troupe/domain/failure";

const deepest = 64;

interface Part {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

/**
 * A value of the scalar JSON as it came. Throws invalid for what would not arrive as it was sent: a number that JavaScript
 * cannot keep, half a character, or more depth than a document may have. No recursion: the depth is the caller's to choose.
 */
export function checkedJson<T>(value: T): T {
  const left: Part[] = [{ value, path: "", depth: 0 }];
  for (let part = left.pop(); part; part = left.pop()) {
    refuse(part);
    for (const inner of partsOf(part)) left.push(inner);
  }
  return value;
}

/** A text as it came. Throws invalid for half a character, which the wire would change silently. */
export function checkedText(text: string, path: string): string {
  if (!text.isWellFormed()) throw wrong(path, "CHARACTER_INVALID", "holds half a character (a lone surrogate)");
  return text;
}

function refuse({ value, path, depth }: Part): void {
  if (depth > deepest) throw wrong(`${path.slice(0, 60)}…`, "TOO_DEEP", `maps and lists are nested more than ${deepest} deep`);
  if (typeof value === "string") checkedText(value, path);
  if (typeof value === "number" && !isExact(value)) throw wrong(path, "NUMBER_UNSAFE", `${value} is no number that can be kept exactly: send it as text`);
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function partsOf({ value, path, depth }: Part): readonly Part[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.map((item: unknown, index) => ({ value: item, path: `${path}[${index}]`, depth: depth + 1 }));
  return Object.entries(value).map(([key, item]) => ({ value: item as unknown, path: path === "" ? checkedText(key, path) : `${path}.${checkedText(key, path)}`, depth: depth + 1 }));
}

function wrong(path: string, reason: Problem["reason"], message: string) {
  return invalid([{ path, reason, message }]);
}
