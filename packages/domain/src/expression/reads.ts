import { isWrong, parseExpression } from "./cel.ts";
import { readsIn, type Read } from "./syntax.ts";
import { expressionsOf, type Template } from "./template.ts";

/**
 * What a template reads, by name and without repetition: decides what restarts a member, what must be there first, and which
 * Services exist. Not through exports: what they read is volatile for those who read them.
 */
export interface Reads {
  readonly params: readonly string[];
  readonly secrets: readonly string[];
  readonly exports: readonly string[];
  readonly needs: readonly { readonly slot: string; readonly export: string }[];
  /** Fields of `cluster`, `role` and `member`. */
  readonly cluster: readonly string[];
  readonly role: readonly string[];
  readonly member: readonly string[];
  /** Fields of the members that hooks are about: target, from and to. */
  readonly target: readonly string[];
  /** Roles that anything is read of. */
  readonly roles: readonly string[];
  /** Fields that are read of members found through `roles`; of all roles in it, where it cannot be told of which. */
  readonly otherMembers: readonly string[];
  /** Addresses that are asked for. */
  readonly hosts: readonly { readonly role: string; readonly port: string }[];
  readonly services: readonly { readonly role: string; readonly port: string }[];
  readonly topology: readonly string[];
}

export function readsOf(template: Template): Reads {
  const known = readsOfTemplates.get(template);
  if (known) return known;
  const made = summed(expressionsOf(template).flatMap(({ source }) => readsOfExpression(source)));
  readsOfTemplates.set(template, made);
  return made;
}

const readsOfTemplates = new WeakMap<Template, Reads>();

/** Nothing for what cannot be parsed: the check has said so. */
function readsOfExpression(source: string): readonly Read[] {
  const syntax = parseExpression(source);
  return isWrong(syntax) ? [] : readsIn(syntax);
}

function summed(reads: readonly Read[]): Reads {
  const fieldsOf = (root: string) => unique(reads.flatMap((read) => (read.kind === "field" && read.of === root ? [read.name] : [])));
  const addresses = (call: string) => unique(reads.flatMap((read) => (read.kind === "address" && read.call === call && read.role !== undefined && read.port !== undefined ? [{ role: read.role, port: read.port }] : [])));
  return {
    params: fieldsOf("params"),
    secrets: fieldsOf("secrets"),
    exports: fieldsOf("exports"),
    needs: unique(reads.flatMap((read) => (read.kind === "need" ? [{ slot: read.slot, export: read.name }] : []))),
    cluster: fieldsOf("cluster"),
    role: fieldsOf("role"),
    member: fieldsOf("member"),
    target: unique(["target", "from", "to"].flatMap(fieldsOf)),
    roles: fieldsOf("roles"),
    otherMembers: unique(reads.flatMap((read) => (read.kind === "other" ? [read.name] : []))),
    hosts: addresses("hosts"),
    services: addresses("service"),
    topology: unique(reads.flatMap((read) => (read.kind === "topology" && read.port !== undefined ? [read.port] : []))),
  };
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
