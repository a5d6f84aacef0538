import { byName, mapNames } from "../by-name.ts";
import type { App, GeneratedSecret, NeedSlot, Operation, Param, Role, Run, Secret } from "./app.ts";
import type { Document } from "./document.ts";
import { templateAt, type Fields } from "./fields.ts";
import { buildHooks, buildSteps, type HookBuilder, type StepInput } from "./hook-input.ts";
import type { Path } from "./path.ts";
import type { Problems } from "./problems.ts";
import { buildRole, schemeIn, type Builder } from "./role-input.ts";
import type { AppInput, ParamInput, SecretInput } from "./schema/app.ts";
import { isOfCluster, mergedRole } from "./merge.ts";

/** From what the schema let through to an App: defaults filled in and merged into roles, texts parsed. Problems are added; a value stands in for what is wrong. */
export function buildApp(input: AppInput, packageFiles: Readonly<Record<string, string>>, document: Document, problems: Problems): App {
  const { metadata, spec } = input;
  const builder: Builder & HookBuilder = { document, problems, spec, packageFiles, templates: new Map(), schemeOf: (role, port) => (role === undefined ? undefined : schemeIn(mergedRole(spec, role), port)) };
  const roles = Object.keys(spec.roles).map((name) => buildRole(builder, name));
  return {
    name: metadata.name,
    project: metadata.namespace ?? "troupe-system",
    version: spec.version,
    build: spec.build ?? 1,
    from: spec.from,
    rollback: spec.rollback ?? true,
    label: spec.label,
    description: spec.description,
    logo: spec.logo,
    docs: spec.docs,
    category: spec.category,
    params: mapNames(spec.params ?? {}, (param, name) => buildParam(name, param)),
    secrets: withToken(mapNames(spec.secrets ?? {}, (secret, name) => buildSecret(builder, secret, name)), roles),
    needs: mapNames(spec.needs ?? {}, ({ app, version, optional }): NeedSlot => ({ app, version, optional: optional ?? false })),
    exports: mapNames(spec.exports ?? {}, (value, name) => templateAt(builder, ["spec", "exports", name], value)),
    package: packageFiles,
    run: runOf(builder, roles),
    updateOrder: spec.updateOrder,
    hooks: buildHooks(builder, Object.fromEntries(Object.entries(spec.hooks ?? {}).filter(([name, hook]) => isOfCluster(name) && hook !== null)), (...keys) => ["spec", "hooks", ...keys]),
    ops: mapNames(spec.ops ?? {}, (operation, name) => buildOperation(builder, operation, ["spec", "ops", name])),
    roles: byName(inOrderOfStart(roles).map((role) => [role.name, role] as const)),
  };
}

function buildParam(name: string, { type, required, default: fallback, enum: allowed, min, max, pattern, description, apply }: ParamInput): Param {
  return { name, type, required: required ?? false, default: fallback, enum: allowed, min, max, pattern, description, apply: apply ?? "restart" };
}

const token = "token";

/** What opens addresses is generated, unless the app says how it is made. */
function withToken(secrets: App["secrets"], roles: readonly Role[]): App["secrets"] {
  const isNeeded = roles.some(({ ports }) => Object.values(ports).some((port) => port.token));
  if (!isNeeded || Object.hasOwn(secrets, token)) return secrets;
  return byName([...Object.entries(secrets), [token, { kind: "generated", how: { generate: "hex", bytes: 24 } }]]);
}

function buildSecret(builder: Builder, { from, ...input }: SecretInput, name: string): Secret {
  const path: Path = ["spec", "secrets", name];
  if (from === undefined) return { kind: "generated", how: buildGenerated(builder, input, path) };
  if (input.generate !== undefined) builder.problems.add(path, "FIELDS_EXCLUSIVE", "a secret is generated, or taken from one that is there: write generate or from");
  return { kind: "referenced", name: templateAt(builder, [...path, "from", "name"], from.name), key: from.key };
}

function buildGenerated({ problems }: Fields, { generate = "password", length, bytes }: Omit<SecretInput, "from">, path: Path): GeneratedSecret {
  const refuse = (field: string, advice: string) => problems.add([...path, field], "FIELD_NOT_APPLICABLE", `${field} has no meaning for ${generate}: ${advice}`, { key: true });
  if (length !== undefined && generate !== "password") refuse("length", generate === "uuid" ? "leave it out" : "write bytes");
  if (bytes !== undefined && (generate === "password" || generate === "uuid")) refuse("bytes", generate === "uuid" ? "leave it out" : "write length, which counts characters");
  switch (generate) {
    case "password":
      return { generate, length: length ?? 24 };
    case "uuid":
      return { generate };
    case "hex":
    case "base64url":
      return { generate, bytes: bytes ?? 32 };
  }
}

const defaultRetries = 6;

function runOf({ spec, problems }: Builder, roles: readonly Role[]): Run {
  if (spec.run === "job") return { kind: "job", done: spec.done ?? roles.map(({ name }) => name), retries: spec.retries ?? defaultRetries };
  for (const field of ["done", "retries"] as const) if (spec[field] !== undefined) problems.add(["spec", field], "FIELD_NOT_APPLICABLE", `${field} is for jobs: write run: job, or leave it out`, { key: true });
  return { kind: "service" };
}

type OperationInput = NonNullable<AppInput["spec"]["ops"]>[string];

function buildOperation(builder: HookBuilder, { description, params, steps }: OperationInput, path: Path): Operation {
  return {
    description,
    params: mapNames(params ?? {}, (param, name) => buildParam(name, param)),
    steps: steps.flatMap((step, index): Operation["steps"] => {
      if ("do" in step) return [{ does: step.do, roles: step.roles ?? [] }];
      return buildSteps(builder, [step as StepInput], "self", (...[, ...keys]) => [...path, "steps", index, ...keys]);
    }),
  };
}

/**
 * Roles as they start: those that wait for none first, then by name. The order of the file is not kept where definitions
 * are stored, and must not matter.
 */
function inOrderOfStart(roles: readonly Role[]): readonly Role[] {
  const known = new Map(roles.map((role) => [role.name, role]));
  const levels = new Map<string, number>();
  const levelOf = (name: string, waiting: readonly string[]): number => {
    const level = levels.get(name);
    if (level !== undefined || waiting.includes(name)) return level ?? 0;
    const made = Math.max(-1, ...(known.get(name)?.after ?? []).map((before) => levelOf(before, [...waiting, name]))) + 1;
    levels.set(name, made);
    return made;
  };
  const order = (role: Role) => levelOf(role.name, []);
  return roles.toSorted((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
}
