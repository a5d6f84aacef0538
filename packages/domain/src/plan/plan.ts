import { byName, mapNames, namedIn } from "../by-name.ts";
import { readsOf } from "../expression/reads.ts";
import { invalid } from "../failure.ts";
import type { Json } from "../json.ts";
import type { App, Role } from "../language/app.ts";
import { checkSpec } from "../language/check-spec.ts";
import type { ClusterSpec, RoleSpec } from "../language/cluster.ts";
import { textTemplate } from "../expression/template.ts";
import type { DesiredCluster, DesiredRole } from "./desired.ts";
import { problemsOfTemplates } from "./prove.ts";
import type { Sources } from "./sources.ts";
import { templatesOf } from "./scope.ts";

export interface Target {
  /** DNS suffix of its Services: `cluster.local`. */
  readonly domain: string;
}

/**
 * Lays a spec over its definition. Throws Failure `invalid` with every problem; nothing after it throws for what a person
 * wrote. Control calls it before it accepts a spec, the reconciler to act on it, with the same sources. A cluster that is
 * being deleted is never refused: nothing of it is rendered any more.
 */
export function plan(sources: Sources, app: App, target: Target): DesiredCluster {
  const isDeletion = sources.intent.kind === "delete";
  const problems = isDeletion ? [] : checkSpec(app, sources.spec, sources.name);
  if (problems.length > 0) throw invalid(problems);
  const { spec, app: ref, ...known } = sources;
  const cluster: DesiredCluster = {
    ...known,
    app,
    ref,
    params: paramsOf(app, spec),
    adopt: spec.adopt,
    roles: rolesOf(app, spec),
    domain: target.domain,
  };
  const failing = !isDeletion && isBound(cluster) ? problemsOfTemplates(cluster) : [];
  if (failing.length > 0) throw invalid(failing);
  return cluster;
}

function isBound({ needs }: DesiredCluster): boolean {
  return Object.values(needs).every(({ kind }) => kind === "bound");
}

function paramsOf(app: App, spec: ClusterSpec): Readonly<Record<string, Json>> {
  const values = Object.values(app.params).map(({ name, default: byDefault }) => [name, namedIn(spec.params, name) ?? byDefault] as const);
  return byName(values.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));
}

function rolesOf(app: App, spec: ClusterSpec): Readonly<Record<string, DesiredRole>> {
  const asked = servicesAsked(app);
  return mapNames(app.roles, (role) => desiredRole(role, namedIn(spec.roles, role.name), asked.has(role.name)));
}

function desiredRole(defined: Role, spec: RoleSpec | undefined, isAsked: boolean): DesiredRole {
  return {
    name: defined.name,
    defined,
    count: spec?.members ?? defined.members.default,
    image: spec?.image ?? defined.image,
    cpu: spec?.cpu ?? defined.cpu,
    memory: spec?.memory ?? defined.memory,
    env: envOf(defined, spec),
    volumes: mapNames(defined.volumes, (volume) => {
      const { size, class: storageClass } = namedIn(spec?.volumes ?? {}, volume.name) ?? {};
      return { ...volume, size: size ?? volume.size, class: storageClass ?? volume.class };
    }),
    hasService: isAsked || Object.values(defined.ports).some(({ expose }) => expose !== "none"),
  };
}

/** A Cluster's values are literal; null takes a variable of the definition away. */
function envOf(defined: Role, spec: RoleSpec | undefined): DesiredRole["env"] {
  const own = Object.entries(spec?.env ?? {});
  const removed = new Set(own.filter(([, value]) => value === null).map(([name]) => name));
  const kept = Object.entries(defined.env).filter(([name]) => !removed.has(name));
  return byName([...kept, ...own.flatMap(([name, value]) => (value === null ? [] : [[name, textTemplate(value)] as const]))]);
}

/** Roles whose address some expression asks for with `service(…)`. */
function servicesAsked(app: App): ReadonlySet<string> {
  const inRoles = Object.values(app.roles).flatMap((role) => templatesOf({ env: role.env, defined: role }).flatMap((template) => readsOf(template).services));
  const inExports = Object.values(app.exports).flatMap((template) => readsOf(template).services);
  return new Set([...inRoles, ...inExports].map(({ role }) => role));
}
