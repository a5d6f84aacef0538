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
import { templatesIn } from "../language/app-templates.ts";
import { secretKeyOf } from "../render/secret-keys.ts";
import type { ExportValue } from "../expression/value.ts";
import { scopeOf } from "./scope.ts";

/**
 * Binds an app's slots. `exportsFound` has, for each cluster that the spec names, what it exports now; a cluster that does
 * not exist is absent. A slot waits until every export that the definition reads of it is offered.
 */
export function bindNeeds(app: App, spec: ClusterSpec, exportsFound: Readonly<Record<string, Readonly<Record<string, ExportValue>>>>, namespace?: string): Needs {
  const read = exportsRead(app);
  return Object.fromEntries(
    Object.keys(app.needs).flatMap((slot): readonly (readonly [string, Need])[] => {
      const binding = spec.needs[slot];
      if (binding === undefined) return [];
      if (binding.kind === "literal") return [[slot, { kind: "bound", provider: undefined, exports: binding.exports }]];
      return [[slot, bindCluster(slot, binding.cluster, exportsFound[binding.cluster], { read: read.get(slot) ?? new Set(), namespace })]];
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

interface Reader {
  /** The exports that its definition reads. */
  readonly read: ReadonlySet<string>;
  readonly namespace: string | undefined;
}

function bindCluster(slot: string, provider: string, found: Readonly<Record<string, ExportValue>> | undefined, { read, namespace }: Reader): Need {
  if (found === undefined) return { kind: "waiting", provider, message: `cluster ${provider}, which ${slot} is bound to, does not exist` };
  const missing = [...read].filter((name) => found[name] === undefined);
  const far = [...read].find((name) => isElsewhere(found[name], namespace));
  if (far !== undefined) return { kind: "waiting", provider, message: `${far} of cluster ${provider} is a secret in another namespace, and Kubernetes lets pods read those of their own only: place both clusters in one` };
  if (missing.length === 0) return { kind: "bound", provider, exports: found };
  return { kind: "waiting", provider, message: `cluster ${provider} does not offer ${missing.join(", ")} yet` };
}

function isElsewhere(value: ExportValue | undefined, namespace: string | undefined): boolean {
  return typeof value === "object" && namespace !== undefined && value.namespace !== namespace;
}

/** Slot → exports that some template of the definition reads. */
function exportsRead(app: App): ReadonlyMap<string, ReadonlySet<string>> {
  const read = new Map<string, Set<string>>();
  const templates = [...Object.values(app.exports), ...Object.values(app.roles).flatMap((role) => templatesIn(role).map(({ template }) => template))];
  for (const { slot, export: name } of templates.flatMap((template) => readsOf(template).needs)) {
    read.set(slot, (read.get(slot) ?? new Set()).add(name));
  }
  return read;
}

/**
 * What a cluster offers to others now: nothing before it has a record, nor what cannot be evaluated with the members that
 * there are. A secret is offered as the place where it is; generated ones are in the Secret `secretName`.
 */
export function exportsOf(cluster: DesiredCluster, record: ClusterRecord | undefined, secretName: string): Readonly<Record<string, ExportValue>> {
  if (record === undefined || Object.values(cluster.needs).some(({ kind }) => kind === "waiting")) return {};
  const scope = { of: scopeOf(cluster, record), self: undefined };
  return Object.fromEntries(
    Object.entries(cluster.app.exports).flatMap(([name, template]) => {
      const value = offered(cluster, template, scope, secretName);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function offered(cluster: DesiredCluster, template: Template, scope: Scope, secretName: string): ExportValue | undefined {
  try {
    const value = evaluateTemplate(template, scope);
    if (value.kind !== "secret") return textOfValue(value);
    const [source] = value.parts;
    if (typeof source !== "object") return undefined;
    const { name: secret, key } = secretKeyOf(cluster, secretName, source);
    return { namespace: cluster.namespace, secret, key };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    return undefined;
  }
}
