import { evaluateTemplate } from "../expression/evaluate.ts";
import { readsOf } from "../expression/reads.ts";
import { Failure, invalid, type Problem } from "../failure.ts";
import type { Json } from "../json.ts";
import type { App, Role } from "../language/app.ts";
import { checkSpec } from "../language/check-spec.ts";
import type { ClusterSpec, RoleSpec } from "../language/cluster.ts";
import { textTemplate } from "../expression/template.ts";
import { renderPod } from "../render/pod.ts";
import { renderFiles } from "../render/files.ts";
import { decideFirstRecord } from "../life/first-record.ts";
import type { ObservedCluster } from "../life/observed.ts";
import type { ClusterRecord, MemberRecord } from "../life/record.ts";
import type { Step } from "../life/step.ts";
import type { DesiredCluster, DesiredRole } from "./desired.ts";
import type { Sources } from "./sources.ts";
import { scopeOf, templatesOf } from "./scope.ts";

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
  if (!isDeletion && isBound(cluster)) proveRenderable(cluster);
  return cluster;
}

function isBound({ needs }: DesiredCluster): boolean {
  return Object.values(needs).every(({ kind }) => kind === "bound");
}

function paramsOf(app: App, spec: ClusterSpec): Readonly<Record<string, Json>> {
  const values = Object.values(app.params).map(({ name, default: byDefault }) => [name, spec.params[name] ?? byDefault] as const);
  return Object.fromEntries(values.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));
}

function rolesOf(app: App, spec: ClusterSpec): Readonly<Record<string, DesiredRole>> {
  const asked = servicesAsked(app);
  return Object.fromEntries(Object.values(app.roles).map((role) => [role.name, desiredRole(role, spec.roles[role.name], asked.has(role.name))]));
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
    volumes: Object.fromEntries(
      Object.values(defined.volumes).map((volume) => {
        const { size, class: storageClass } = spec?.volumes[volume.name] ?? {};
        return [volume.name, { ...volume, size: size ?? volume.size, class: storageClass ?? volume.class }];
      }),
    ),
    hasService: isAsked || Object.values(defined.ports).some(({ expose }) => expose !== "none"),
  };
}

/** A Cluster's values are literal; null takes a variable of the definition away. */
function envOf(defined: Role, spec: RoleSpec | undefined): DesiredRole["env"] {
  const own = Object.entries(spec?.env ?? {});
  const removed = new Set(own.filter(([, value]) => value === null).map(([name]) => name));
  const kept = Object.entries(defined.env).filter(([name]) => !removed.has(name));
  return { ...Object.fromEntries(kept), ...Object.fromEntries(own.flatMap(([name, value]) => (value === null ? [] : [[name, textTemplate(value)]]))) };
}

/** Roles whose address some expression asks for with `service(…)`. */
function servicesAsked(app: App): ReadonlySet<string> {
  const inRoles = Object.values(app.roles).flatMap((role) => templatesOf({ env: role.env, defined: role }).flatMap((template) => readsOf(template).services));
  const inExports = Object.values(app.exports).flatMap((template) => readsOf(template).services);
  return new Set([...inRoles, ...inExports].map(({ role }) => role));
}

/** Evaluates everything, so that an expression that fails for these values is refused here and not met later. */
function proveRenderable(cluster: DesiredCluster): void {
  const problems: Problem[] = [];
  for (const { name, count } of Object.values(cluster.roles)) {
    if (count > 0) attempt(problems, `spec.roles.${name}`, () => situationsOf(cluster, name, count).forEach((step) => renderFully(cluster, step)));
  }
  for (const [name, template] of Object.entries(cluster.app.exports)) {
    attempt(problems, `spec.exports.${name}`, () => evaluateTemplate(template, { of: scopeOf(cluster, undefined), self: undefined }));
  }
  if (problems.length > 0) throw invalid(problems);
}

/** What members see differs most when all of them are there and, where one starts before the others, when it is alone. */
function situationsOf(cluster: DesiredCluster, role: string, count: number): readonly Step[] {
  const isAloneFirst = Object.values(cluster.roles).some(({ defined }) => defined.bootstrap === "first");
  const { record } = decideFirstRecord({ ...cluster, formed: false, adopt: undefined }, nothingObserved, 0);
  const life: MemberRecord = { life: 1, start: "bootstrap", state: "planned", since: 0, claims: {}, unmade: [], leaving: false };
  const alone = (index: number, seen: ClusterRecord | undefined): Step => ({ phase: "running", record: seen, members: [{ role, index, record: life, isThere: false }], secretName: "", waits: [], atMs: 0 });
  return [alone(count - 1, undefined), ...(isAloneFirst ? [alone(0, record)] : [])];
}

const nothingObserved: ObservedCluster = { objects: [], pods: {}, claims: {}, keptClaims: {}, secrets: new Set(), adoptedIsThere: false };

function renderFully(cluster: DesiredCluster, step: Step): void {
  for (const member of step.members) renderPod(cluster, step, member, "");
  renderFiles(cluster, step, "");
}

function attempt(problems: Problem[], path: string, evaluate: () => unknown): void {
  try {
    evaluate();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    problems.push({ path, reason: error.reason, message: error.message });
  }
}
