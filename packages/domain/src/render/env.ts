import type { V1EnvVar } from "@kubernetes/client-node";
import { evaluateTemplate } from "../expression/evaluate.ts";
import type { Scope } from "../expression/scope.ts";
import type { Template } from "../expression/template.ts";
import type { SecretPart, SecretSource } from "../expression/value.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import type { Manifest } from "./manifest.ts";
import { secretKeyOf } from "./secret-keys.ts";
import { plainText } from "./text.ts";

type Variable = Manifest<V1EnvVar>;

/**
 * Variables in order of name; those that text refers to by `$(…)` come before it, as the kubelet resolves only earlier ones.
 * No secret's value is read: a lone one is a `secretKeyRef`, one inside text a variable of its own.
 */
export function renderEnv(cluster: DesiredCluster, secretName: string, env: Readonly<Record<string, Template>>, scope: Scope): readonly Variable[] {
  const inner = new Map<string, SecretSource>();
  const reference = (name: string, source: SecretSource): Variable => ({ name, valueFrom: { secretKeyRef: secretKeyOf(cluster, secretName, source) } });
  const variableOf = (name: string, template: Template): readonly Variable[] => {
    const value = evaluateTemplate(template, scope);
    if (value.kind === "null") return [];
    if (value.kind !== "secret") return [{ name, value: escaped(plainText(value)) }];
    const [only] = value.parts;
    if (value.parts.length === 1 && typeof only === "object") return [reference(name, only)];
    for (const part of value.parts) if (typeof part === "object") inner.set(innerName(part), part);
    return [{ name, value: withReferences(value.parts) }];
  };
  const variables = Object.entries(env)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, template]) => variableOf(name, template));
  return [...[...inner].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, source]) => reference(name, source)), ...variables];
}

function withReferences(parts: readonly SecretPart[]): string {
  return parts.map((part, position) => (typeof part === "object" ? `$(${innerName(part)})` : escaped(part, position < parts.length - 1))).join("");
}

/** Of an exported one from the place that it is at: two clusters may export one name. */
function innerName(source: SecretSource): string {
  if (source.kind === "own") return `TROUPE_SECRET_${source.name}`;
  return `TROUPE_SECRET_${source.of.secret}_${source.of.key}`.replaceAll(/[^A-Za-z0-9_]/g, "_");
}

/**
 * What a definition writes is meant as it stands, but the kubelet takes `$(x)` for a reference of its own and `$$` for `$`.
 * `beforeReference`: a reference of ours follows, so a `$` at the end would hide it.
 */
export function escaped(text: string, beforeReference = false): string {
  return text.replaceAll(beforeReference ? /\$+(?=\(|$)|\${2,}/g : /\$+(?=\()|\${2,}/g, (run) => run + run);
}
