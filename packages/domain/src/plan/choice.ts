import { byName, namedIn } from "../by-name.ts";
import { evaluateTemplate, isTrue, textOfValue } from "../expression/evaluate.ts";
import type { Scope } from "../expression/scope.ts";
import { Failure, type Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import type { App } from "../language/app.ts";
import type { ClusterSpec } from "../language/cluster.ts";
import { pathText } from "../language/path.ts";
import type { RoleName } from "../name.ts";
import type { SecretKey } from "./desired.ts";
import type { Sources } from "./sources.ts";

/** What params decide before there is anything: which roles there are, and which Secrets are read. */

type Chosen = Pick<Sources, "spec" | "name" | "uid" | "project" | "namespace">;

/** With the definition's defaults; one that has no value is absent. */
export function paramsOf(app: App, spec: ClusterSpec): Readonly<Record<string, Json>> {
  const values = Object.values(app.params).map(({ name, default: byDefault }) => [name, namedIn(spec.params, name) ?? byDefault] as const);
  return byName(values.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));
}

/** Roles whose `when` gives false; one that cannot be evaluated is told by `problemsOfChoice`. */
export function absentRoles(app: App, sources: Chosen): readonly RoleName[] {
  const scope = choiceScope(app, sources);
  return Object.values(app.roles).filter(({ when }) => when !== undefined && attempted(() => isTrue(when, scope)) === false).map(({ name }) => name);
}

export function problemsOfChoice(app: App, sources: Chosen): readonly Problem[] {
  const scope = choiceScope(app, sources);
  const absent = absentRoles(app, sources);
  const whens = Object.values(app.roles).flatMap(({ name, when }) => (when === undefined ? [] : failureOf(() => isTrue(when, scope), pathText(["spec", "roles", name, "when"]))));
  const names = Object.entries(app.secrets).flatMap(([name, secret]) => (secret.kind === "generated" ? [] : failureOf(() => secretNameIn(secret.name, scope), pathText(["spec", "secrets", name, "from", "name"]))));
  const unwanted = absent.flatMap((role): readonly Problem[] => {
    if (!namedIn(sources.spec.roles, role)?.members) return [];
    return [{ path: pathText(["spec", "roles", role, "members"]), reason: "ROLE_ABSENT", message: `with these params there is no role ${role}, so it has no members: leave them out, or change the params` }];
  });
  return [...whens, ...names, ...unwanted];
}

/** Names of the Secrets that are there already, by name of the app's secret. */
export function referencedSecrets(app: App, sources: Chosen): Readonly<Record<string, SecretKey>> {
  const scope = choiceScope(app, sources);
  return byName(Object.entries(app.secrets).flatMap(([name, secret]) => (secret.kind === "referenced" ? [[name, { name: attempted(() => secretNameIn(secret.name, scope)) ?? "", key: secret.key }] as const] : [])));
}

function secretNameIn(template: Parameters<typeof evaluateTemplate>[0], scope: Scope): string {
  const value = evaluateTemplate(template, scope);
  const name = value.kind === "secret" ? "" : (textOfValue(value) ?? "");
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) throw new Failure("invalid", `"${name.slice(0, 60)}" is no name of a Secret`, { reason: "NAME_INVALID" });
  return name;
}

/** There are no members yet, and nothing is needed. */
function choiceScope(app: App, { spec, name, uid, project, namespace }: Chosen): Scope {
  return { of: { app, cluster: { name, id: uid, project, namespace, domain: "" }, params: paramsOf(app, spec), needs: {}, roles: {} }, self: undefined };
}

function failureOf(evaluate: () => unknown, path: string): readonly Problem[] {
  try {
    evaluate();
    return [];
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    return [{ path, reason: error.reason, message: error.message }];
  }
}

function attempted<T>(evaluate: () => T): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    return undefined;
  }
}
