import type { V1EnvVar } from "@kubernetes/client-node";
import { evaluateTemplate } from "../expression/evaluate.ts";
import type { Scope } from "../expression/scope.ts";
import type { Template } from "../expression/template.ts";
import type { SecretPart } from "../expression/value.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { secretName } from "./identity.ts";
import type { Manifest } from "./manifest.ts";
import { plainText } from "./text.ts";

type Variable = Manifest<V1EnvVar>;

/**
 * Variables in order of name; those that text refers to by `$(…)` come before it, as the kubelet resolves only earlier ones.
 * No secret's value is read: a lone one is a `secretKeyRef`, one inside text a variable of its own.
 */
export function renderEnv(cluster: DesiredCluster, env: Readonly<Record<string, Template>>, scope: Scope): readonly Variable[] {
  const inner = new Set<string>();
  const variables = Object.keys(env)
    .toSorted()
    .flatMap((name) => variableOf(cluster, name, env[name], scope, inner));
  return [...[...inner].toSorted().map((secret) => reference(cluster, innerName(secret), secret)), ...variables];
}

function variableOf(cluster: DesiredCluster, name: string, template: Template | undefined, scope: Scope, inner: Set<string>): readonly Variable[] {
  if (template === undefined) return [];
  const value = evaluateTemplate(template, scope);
  if (value.kind === "null") return [];
  if (value.kind !== "secret") return [{ name, value: escaped(plainText(value)) }];
  const [only] = value.parts;
  if (value.parts.length === 1 && typeof only === "object") return [reference(cluster, name, only.secret)];
  return [{ name, value: value.parts.map((part) => partText(part, inner)).join("") }];
}

function partText(part: SecretPart, inner: Set<string>): string {
  if (typeof part === "string") return escaped(part);
  inner.add(part.secret);
  return `$(${innerName(part.secret)})`;
}

function innerName(secret: string): string {
  return `TROUPE_SECRET_${secret}`;
}

function reference(cluster: DesiredCluster, name: string, secret: string): Variable {
  return { name, valueFrom: { secretKeyRef: { name: secretName(cluster), key: secret } } };
}

/** `$(` is Kubernetes' own reference; what a definition writes is meant as it stands. */
export function escaped(text: string): string {
  return text.replaceAll("$(", "$$$$(");
}
