import { Failure } from "@troupe/domain/failure";
import type { ClusterState } from "@troupe/domain/life/status";
import type { ClusterSnapshot } from "../store.ts";
import { stateOf } from "./cluster-state.ts";

/**
 * All of its terms must hold. The grammar:
 *
 *     filter = [ term { "AND" term } ]
 *     term   = field ( "=" | "!=" ) value
 *     field  = "name" | "app" | "state" | "labels." key
 *     value  = a word, or a string in double quotes with \" and \\ inside
 *
 * `name` is the short name, `app` the app's name without version, `state` one of PENDING, DEPLOYING, READY, DEGRADED, FAILED,
 * DELETING. A label that is not there equals nothing, and so `!=` holds for it.
 */
export type Filter = readonly Term[];

export interface Term {
  readonly field: TermField;
  readonly equal: boolean;
  readonly value: string;
}

export type TermField = { readonly kind: "name" | "app" | "state" } | { readonly kind: "label"; readonly key: string };

const states: readonly ClusterState[] = ["pending", "deploying", "ready", "degraded", "failed", "deleting"];
const longestFilter = 2_000;

export function parseFilter(text: string): Filter {
  if (text.length > longestFilter) throw refused(`has more than ${longestFilter} characters`);
  const tokens = tokensOf(text);
  if (tokens.length === 0) return [];
  const terms: Term[] = [];
  for (let at = 0; at < tokens.length; at += 4) {
    if (at > 0 && tokens[at - 1]?.text !== "AND") throw refused(`has "${tokens[at - 1]?.text}" where AND is expected`);
    terms.push(parseTerm(tokens.slice(at, at + 3)));
  }
  if (tokens.length % 4 === 0) throw refused(`ends with "${tokens.at(-1)?.text}"`);
  return terms;
}

export function matches(filter: Filter, cluster: ClusterSnapshot): boolean {
  return filter.every(({ field, equal, value }) => (valueOf(field, cluster) === value) === equal);
}

function valueOf(field: TermField, cluster: ClusterSnapshot): string | undefined {
  switch (field.kind) {
    case "name":
      return cluster.name;
    case "app":
      return cluster.app.name;
    case "state":
      return stateOf(cluster);
    case "label":
      return Object.hasOwn(cluster.labels, field.key) ? cluster.labels[field.key] : undefined;
  }
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

function tokensOf(text: string): readonly Token[] {
  const pattern = /\s*(?:(!?=)|"((?:[^"\\]|\\["\\])*)"|([^\s"=!]+))/y;
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw refused(`cannot be read from "${text.slice(from, from + 20).trim()}" on`);
    const quoted = match[2]?.replaceAll(/\\(["\\])/g, "$1");
    tokens.push({ text: quoted ?? match[1] ?? match[3] ?? "", quoted: quoted !== undefined });
  }
  return tokens;
}

function parseTerm([field, operator, value]: readonly Token[]): Term {
  if (!field || field.quoted || !operator || operator.quoted || !value) throw refused('is not made of terms such as app = "queue", joined by AND');
  if (operator.text !== "=" && operator.text !== "!=") throw refused(`has "${operator.text}" after ${field.text} where = or != is expected`);
  const parsed = parseField(field.text);
  return { field: parsed, equal: operator.text === "=", value: parsed.kind === "state" ? parseState(value.text) : value.text };
}

function parseField(text: string): TermField {
  if (text === "name" || text === "app" || text === "state") return { kind: text };
  if (text.startsWith("labels.") && text.length > 7) return { kind: "label", key: text.slice(7) };
  throw refused(`knows no field "${text}": name, app, state, labels.<key>`);
}

function parseState(text: string): ClusterState {
  const state = states.find((known) => known === text.toLowerCase());
  if (state) return state;
  throw refused(`knows no state "${text}": ${states.map((known) => known.toUpperCase()).join(", ")}`);
}

function refused(why: string): Failure {
  return new Failure("invalid", `the filter ${why}`, { reason: "FILTER_INVALID" });
}
