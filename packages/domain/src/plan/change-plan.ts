import { canonicalJson } from "../canonical.ts";
import { isJsonObject, type Json } from "../json.ts";
import { inputsOf } from "../render/inputs.ts";
import type { DesiredCluster } from "./desired.ts";

/** What a mutation will do, told before it happens: fields of the spec, and members. */
export interface FieldChange {
  /** `roles.broker.members`. */
  readonly path: string;
  /** JSON; undefined where there was nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface MemberChange {
  readonly role: string;
  readonly index: number;
  readonly action: "create" | "restart" | "remove";
}

/** Which members are made, made anew, or removed. `before` is undefined for a cluster that is created. */
export function memberChanges(before: DesiredCluster | undefined, after: DesiredCluster | undefined): readonly MemberChange[] {
  const roles = new Set([...Object.keys(before?.roles ?? {}), ...Object.keys(after?.roles ?? {})]);
  return [...roles].flatMap((role) => {
    const [had, has] = [before?.roles[role]?.count ?? 0, after?.roles[role]?.count ?? 0];
    return Array.from({ length: Math.max(had, has) }, (_, index) => index).flatMap((index): readonly MemberChange[] => {
      if (index >= had) return [{ role, index, action: "create" }];
      if (index >= has) return [{ role, index, action: "remove" }];
      return before && after && inputsOf(before, role, index) !== inputsOf(after, role, index) ? [{ role, index, action: "restart" }] : [];
    });
  });
}

/** The leaves in which two values differ, in order of path. */
export function fieldChanges(before: Json | undefined, after: Json | undefined, path = ""): readonly FieldChange[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (!isJsonObject(before) || !isJsonObject(after)) return [{ path, before: textOf(before), after: textOf(after) }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return keys.flatMap((key) => fieldChanges(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
