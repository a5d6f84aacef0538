import { byName, mapNames, namedIn } from "../by-name.ts";
import { readsOf } from "../expression/reads.ts";
import { invalid, type Problem } from "../failure.ts";
import type { JsonObject } from "../json.ts";
import { templatesIn } from "../language/app-templates.ts";
import type { App, File, Role } from "../language/app.ts";
import { hookTemplates } from "../language/hook-templates.ts";
import { checkSpec } from "../language/check-spec.ts";
import type { ClusterSpec, RoleSpec } from "../language/cluster.ts";
import { laidOver, literalSettings } from "../language/settings.ts";
import { textTemplate } from "../expression/template.ts";
import { type Choice, choiceOf, paramsOf } from "./choice.ts";
import type { DesiredCluster, DesiredRole } from "./desired.ts";
import { problemsOfTemplates } from "./prove.ts";
import type { Sources } from "./sources.ts";

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
  if (!isDeletion) refuse(checkSpec(app, sources.spec, sources.name));
  const choice = choiceOf(app, sources);
  if (!isDeletion) refuse(choice.problems);
  const { spec, app: ref, ...known } = sources;
  const cluster: DesiredCluster = {
    ...known,
    app,
    ref,
    params: paramsOf(app, spec),
    adopt: spec.adopt,
    paused: spec.paused,
    stopped: spec.stopped,
    objectLabels: spec.labels,
    referencedSecrets: choice.referencedSecrets,
    roles: rolesOf(app, spec, choice),
    domain: target.domain,
  };
  if (!isDeletion && isBound(cluster)) refuse(problemsOfTemplates(cluster));
  return cluster;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalid(problems);
}

function isBound({ needs }: DesiredCluster): boolean {
  return Object.values(needs).every(({ kind }) => kind === "bound");
}

function rolesOf(app: App, spec: ClusterSpec, { absent }: Choice): Readonly<Record<string, DesiredRole>> {
  const asked = servicesAsked(app);
  return mapNames(app.roles, (role) => desiredRole(role, namedIn(spec.roles, role.name), { exists: !absent.has(role.name), isAsked: asked.has(role.name) }));
}

function desiredRole(defined: Role, spec: RoleSpec | undefined, { exists, isAsked }: { readonly exists: boolean; readonly isAsked: boolean }): DesiredRole {
  const ports = mapNames(defined.ports, (port) => ({ ...port, expose: namedIn(spec?.expose ?? {}, port.name) ?? port.expose }));
  return {
    name: defined.name,
    defined,
    exists,
    count: exists ? (spec?.members ?? defined.members.default) : 0,
    image: spec?.image ?? defined.image,
    cpu: spec?.cpu ?? defined.cpu,
    memory: spec?.memory ?? defined.memory,
    gpu: spec?.gpu ?? defined.gpu ?? 0,
    env: envOf(defined, spec),
    volumes: mapNames(defined.volumes, (volume) => {
      const { size, class: storageClass } = namedIn(spec?.volumes ?? {}, volume.name) ?? {};
      return { ...volume, size: size ?? volume.size, class: storageClass ?? volume.class };
    }),
    files: mapNames(defined.files, (file) => withSettings(file, namedIn(spec?.files ?? {}, file.path))),
    ports,
    hasService: exists && (isAsked || Object.values(ports).some(({ expose }) => expose !== "none")),
  };
}

function withSettings(file: File, set: JsonObject | undefined): File {
  if (set === undefined || file.content.kind !== "settings") return file;
  return { ...file, content: { ...file.content, settings: laidOver(file.content.settings, literalSettings(set)) } };
}

/** A Cluster's values are literal; null takes a variable of the definition away. */
function envOf(defined: Role, spec: RoleSpec | undefined): DesiredRole["env"] {
  const own = Object.entries(spec?.env ?? {});
  const removed = new Set(own.filter(([, value]) => value === null).map(([name]) => name));
  const kept = Object.entries(defined.env).filter(([name]) => !removed.has(name));
  return byName([...kept, ...own.flatMap(([name, value]) => (value === null ? [] : [[name, textTemplate(value)] as const]))]);
}

/** Roles whose own address some expression asks for with `service(…)`; services that follow a standing have theirs. */
function servicesAsked(app: App): ReadonlySet<string> {
  const inRoles = Object.values(app.roles).flatMap((role) => [...templatesIn(role), ...hookTemplates(role.hooks)].flatMap(({ template }) => readsOf(template).services));
  const inExports = Object.values(app.exports).flatMap((template) => readsOf(template).services);
  const own = [...inRoles, ...inExports].filter(({ role, port }) => namedIn(app.roles[role]?.services ?? {}, port) === undefined);
  return new Set(own.map(({ role }) => role));
}
