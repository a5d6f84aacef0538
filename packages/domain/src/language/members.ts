import { Failure } from "../failure.ts";
import type { MemberRule } from "./app.ts";
import type { RoleInput } from "./schema/role.ts";

const most = 1000;

/** All four forms: `3`, `1+`, `1..7`, `{allow, default, scalable}`. Throws invalid. */
export function parseMembers(input: NonNullable<RoleInput["members"]>): MemberRule {
  if (typeof input === "number") return withDefault({ kind: "range", least: input, most: input }, undefined, true);
  if (typeof input === "string") return withDefault(parseRange(input), undefined, true);
  const allowed = allowedIn(input.allow, input.default);
  return withDefault(allowed, input.default, input.scalable ?? true);
}

export function isLegal({ allowed }: MemberRule, count: number): boolean {
  if (allowed.kind === "set") return allowed.values.includes(count);
  return count >= allowed.least && count <= (allowed.most ?? most);
}

/** The legal numbers next to one that is not: below and above, where there are. */
export function nearestLegal({ allowed }: MemberRule, count: number): readonly number[] {
  if (allowed.kind === "range") return [count < allowed.least ? allowed.least : (allowed.most ?? most)];
  const below = allowed.values.findLast((value) => value < count);
  const above = allowed.values.find((value) => value > count);
  return [below, above].filter((value) => value !== undefined);
}

/** As a person would say it: `3`, `1 or more`, `1 to 7`, `1, 3 or 5`. */
export function membersInWords({ allowed }: MemberRule): string {
  if (allowed.kind === "range") {
    if (allowed.most === undefined) return `${allowed.least} or more`;
    return allowed.least === allowed.most ? String(allowed.least) : `${allowed.least} to ${allowed.most}`;
  }
  const [first = 0, ...others] = allowed.values;
  return others.length === 0 ? String(first) : `${allowed.values.slice(0, -1).join(", ")} or ${allowed.values.at(-1)}`;
}

export function leastMembers({ allowed }: Pick<MemberRule, "allowed">): number {
  return allowed.kind === "set" ? (allowed.values[0] ?? 0) : allowed.least;
}

/** The greatest legal number; undefined where there is none. */
export function mostMembers({ allowed }: MemberRule): number | undefined {
  return allowed.kind === "range" ? allowed.most : allowed.values.at(-1);
}

function allowedIn(allow: readonly number[] | string | undefined, fallback: number | undefined): MemberRule["allowed"] {
  if (typeof allow === "string") return parseRange(allow);
  if (allow === undefined) return fallback === undefined ? { kind: "range", least: 1, most: undefined } : { kind: "range", least: fallback, most: fallback };
  return { kind: "set", values: [...new Set(allow)].toSorted((a, b) => a - b) };
}

function parseRange(text: string): MemberRule["allowed"] {
  const [least = 0, highest] = text.split(/\+|\.\./).map((part) => (part === "" ? undefined : Number(part)));
  if (least > most || (highest ?? 0) > most) throw refused(`"${text}" goes beyond ${most}, the most that a role can have`);
  if (highest !== undefined && highest < least) throw refused(`"${text}" ends before it begins`);
  return { kind: "range", least, most: highest };
}

function withDefault(allowed: MemberRule["allowed"], given: number | undefined, scalable: boolean): MemberRule {
  const rule: MemberRule = { allowed, default: given ?? leastMembers({ allowed }), scalable };
  if (!isLegal(rule, rule.default)) throw refused(`the default ${rule.default} is not among what is allowed: ${membersInWords(rule)}`);
  return rule;
}

function refused(message: string): Failure {
  return new Failure("invalid", message, { reason: "MEMBERS_INVALID" });
}
