import { byName, namedIn } from "../by-name.ts";
import { evaluateTemplate, isTrue, textOfValue } from "../expression/evaluate.ts";
import type { Scope } from "../expression/scope.ts";
import { Failure, type Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import type { App } from "../language/app.ts";
import type { ClusterSpec } from "../language/cluster.ts";
import { pathText, type Path } from "../language/path.ts";
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

export interface Choice {
  readonly absent: ReadonlySet<RoleName>;
  /** By name of the app's secret. */
  readonly referencedSecrets: Readonly<Record<string, SecretKey>>;
  /** What cannot be evaluated with these params, and members that are wanted of a role that is not there. */
  readonly problems: readonly Problem[];
}

/** Looked at before anything else: what is wrong with it would be told again of all that follows from it. */
export function choiceOf(app: App, sources: Chosen): Choice {
  const scope = choiceScope(app, sources);
  const problems: Problem[] = [];
  const tried = <T>(path: Path, evaluate: () => T): T | undefined => {
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
      problems.push({ path: pathText(path), reason: error.reason, message: error.message });
      return undefined;
    }
  };
  const absent = Object.values(app.roles).filter(({ name, when }) => when !== undefined && tried(["spec", "roles", name, "when"], () => isTrue(when, scope)) === false).map(({ name }) => name);
  const referenced = Object.entries(app.secrets).flatMap(([name, secret]) => {
    if (secret.kind === "generated") return [];
    return [[name, { name: tried(["spec", "secrets", name, "from", "name"], () => secretNameIn(secret.name, scope)) ?? "", key: secret.key }] as const];
  });
  return { absent: new Set(absent), referencedSecrets: byName(referenced), problems: [...problems, ...absent.flatMap((role) => unwanted(role, sources))] };
}

function unwanted(role: RoleName, { spec }: Chosen): readonly Problem[] {
  if (!namedIn(spec.roles, role)?.members) return [];
  return [{ path: pathText(["spec", "roles", role, "members"]), reason: "ROLE_ABSENT", message: `with these params there is no role ${role}, so it has no members: leave them out, or change the params` }];
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
