import { evaluateTemplate, textOfValue } from "../expression/evaluate.ts";
import { readsOf } from "../expression/reads.ts";
import type { Scope } from "../expression/scope.ts";
import type { Template } from "../expression/template.ts";
import { Failure } from "../failure.ts";
import type { App } from "../language/app.ts";
import type { ClusterSpec } from "../language/cluster.ts";
import type { ClusterRecord } from "../life/record.ts";
import type { DesiredCluster } from "./desired.ts";
import type { Need, Needs } from "./sources.ts";
import { scopeOf, templatesOf } from "./scope.ts";

/**
 * Binds an app's slots. `exportsFound` has, for each cluster that the spec names, what it exports now; a cluster that does
 * not exist is absent. A slot waits until every export that the definition reads of it is offered.
 */
export function bindNeeds(app: App, spec: ClusterSpec, exportsFound: Readonly<Record<string, Readonly<Record<string, string>>>>): Needs {
  const read = exportsRead(app);
  return Object.fromEntries(
    Object.keys(app.needs).flatMap((slot): readonly (readonly [string, Need])[] => {
      const binding = spec.needs[slot];
      if (binding === undefined) return [];
      if (binding.kind === "literal") return [[slot, { kind: "bound", provider: undefined, exports: binding.exports }]];
      return [[slot, bindCluster(slot, binding.cluster, exportsFound[binding.cluster], read.get(slot) ?? new Set())]];
    }),
  );
}

/** Where the definition cannot be read, nobody knows what must be offered: each slot that names a cluster waits. */
export function waitingNeeds(spec: Pick<ClusterSpec, "needs">, message: string): Needs {
  return Object.fromEntries(
    Object.entries(spec.needs).map(([slot, binding]): readonly [string, Need] => {
      if (binding.kind === "literal") return [slot, { kind: "bound", provider: undefined, exports: binding.exports }];
      return [slot, { kind: "waiting", provider: binding.cluster, message }];
    }),
  );
}

function bindCluster(slot: string, provider: string, found: Readonly<Record<string, string>> | undefined, read: ReadonlySet<string>): Need {
  if (found === undefined) return { kind: "waiting", provider, message: `cluster ${provider}, which ${slot} is bound to, does not exist` };
  const missing = [...read].filter((name) => found[name] === undefined);
  if (missing.length === 0) return { kind: "bound", provider, exports: found };
  return { kind: "waiting", provider, message: `cluster ${provider} does not offer ${missing.join(", ")} yet` };
}

/** Slot → exports that some template of the definition reads. */
function exportsRead(app: App): ReadonlyMap<string, ReadonlySet<string>> {
  const read = new Map<string, Set<string>>();
  const templates = [...Object.values(app.exports), ...Object.values(app.roles).flatMap((role) => templatesOf({ env: role.env, defined: role }))];
  for (const { slot, export: name } of templates.flatMap((template) => readsOf(template).needs)) {
    read.set(slot, (read.get(slot) ?? new Set()).add(name));
  }
  return read;
}

/**
 * What a cluster offers to others now: nothing before it has a record. An export that holds a secret is not among them, nor
 * one that cannot be evaluated with the members that there are.
 */
export function exportsOf(cluster: DesiredCluster, record: ClusterRecord | undefined): Readonly<Record<string, string>> {
  if (record === undefined || Object.values(cluster.needs).some(({ kind }) => kind === "waiting")) return {};
  const scope = { of: scopeOf(cluster, record), self: undefined };
  return Object.fromEntries(
    Object.entries(cluster.app.exports).flatMap(([name, template]) => {
      const text = offeredText(template, scope);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function offeredText(template: Template, scope: Scope): string | undefined {
  try {
    const value = evaluateTemplate(template, scope);
    return value.kind === "secret" ? undefined : textOfValue(value);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    return undefined;
  }
}
