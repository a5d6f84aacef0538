import type { V1EnvVar } from "@kubernetes/client-node";
import { evaluateTemplate } from "../expression/evaluate.ts";
import type { Scope } from "../expression/scope.ts";
import type { Template } from "../expression/template.ts";
import type { SecretPart } from "../expression/value.ts";
import type { Manifest } from "./manifest.ts";
import { plainText } from "./text.ts";

type Variable = Manifest<V1EnvVar>;

/**
 * Variables in order of name; those that text refers to by `$(…)` come before it, as the kubelet resolves only earlier ones.
 * No secret's value is read: a lone one is a `secretKeyRef` into the Secret of that name, one inside text a variable of its own.
 */
export function renderEnv(secretName: string, env: Readonly<Record<string, Template>>, scope: Scope): readonly Variable[] {
  const inner = new Set<string>();
  const variables = Object.keys(env)
    .toSorted()
    .flatMap((name) => variableOf(secretName, name, env[name], scope, inner));
  return [...[...inner].toSorted().map((secret) => reference(secretName, innerName(secret), secret)), ...variables];
}

function variableOf(secretName: string, name: string, template: Template | undefined, scope: Scope, inner: Set<string>): readonly Variable[] {
  if (template === undefined) return [];
  const value = evaluateTemplate(template, scope);
  if (value.kind === "null") return [];
  if (value.kind !== "secret") return [{ name, value: escaped(plainText(value)) }];
  const [only] = value.parts;
  if (value.parts.length === 1 && typeof only === "object") return [reference(secretName, name, only.secret)];
  for (const part of value.parts) if (typeof part === "object") inner.add(part.secret);
  return [{ name, value: withReferences(value.parts) }];
}

function withReferences(parts: readonly SecretPart[]): string {
  return parts.map((part, position) => (typeof part === "object" ? `$(${innerName(part.secret)})` : escaped(part, position < parts.length - 1))).join("");
}

function innerName(secret: string): string {
  return `TROUPE_SECRET_${secret}`;
}

function reference(secretName: string, name: string, secret: string): Variable {
  return { name, valueFrom: { secretKeyRef: { name: secretName, key: secret } } };
}

/**
 * What a definition writes is meant as it stands, but the kubelet takes `$(x)` for a reference of its own and `$$` for `$`.
 * `beforeReference`: a reference of ours follows, so a `$` at the end would hide it.
 */
export function escaped(text: string, beforeReference = false): string {
  return text.replaceAll(beforeReference ? /\$+(?=\(|$)|\${2,}/g : /\$+(?=\()|\${2,}/g, (run) => run + run);
}
