import { textTemplate } from "./expression/template.ts";
import type { App, Role } from "./language/app.ts";
import type { ClusterSpec, RoleSpec } from "./language/cluster.ts";
import type { DesiredCluster, DesiredRole } from "./plan/desired.ts";
import type { Sources } from "./plan/sources.ts";

/** Builders of values for tests, here and in services: legal, small, and different only in what a test is about. */

export function aRole(role: Partial<Role> = {}): Role {
  return {
    name: "server",
    members: { allowed: { kind: "range", least: 1, most: undefined }, default: 3, scalable: true },
    idBase: 0,
    bootstrap: "all",
    join: "parallel",
    after: [],
    image: "registry.example/server:1",
    user: 1000,
    command: undefined,
    args: undefined,
    env: { A: textTemplate("a") },
    ports: { client: { name: "client", port: 4000, protocol: "TCP", scheme: undefined, path: undefined, dashboard: false, expose: "none" } },
    volumes: { data: { name: "data", path: "/data", size: "1Gi", class: undefined, keep: "always" } },
    files: {},
    cpu: undefined,
    memory: undefined,
    min: {},
    probes: {},
    stop: { signal: "SIGTERM", graceSeconds: 30 },
    update: { maxUnavailable: 1 },
    ...role,
  };
}

export function anApp(app: Partial<App> = {}, roles: readonly Role[] = [aRole()]): App {
  return {
    name: "sample",
    project: "troupe-system",
    version: "1.0.0",
    build: 1,
    label: undefined,
    description: undefined,
    params: {},
    secrets: {},
    needs: {},
    exports: {},
    package: {},
    roles: Object.fromEntries(roles.map((role) => [role.name, role])),
    ...app,
  };
}

export function aRoleSpec(role: Partial<RoleSpec> = {}): RoleSpec {
  return { members: undefined, image: undefined, cpu: undefined, memory: undefined, volumes: {}, env: {}, ...role };
}

export function aSpec(spec: Partial<ClusterSpec> = {}): ClusterSpec {
  return { app: "sample@1.0.0+1", placement: { target: "default", namespace: undefined }, params: {}, needs: {}, roles: {}, protect: false, adopt: undefined, ...spec };
}

export function someSources(sources: Partial<Sources> = {}): Sources {
  return {
    uid: "01900000-0000-7000-8000-000000000001",
    project: "shop",
    target: "default",
    namespace: "shop",
    name: "c",
    labels: {},
    version: 1,
    generation: 1,
    intent: { kind: "run" },
    app: { project: "troupe-system", name: "sample", version: "1.0.0", build: 1, digest: "d" },
    spec: aSpec(),
    needs: {},
    formed: false,
    lastRecord: undefined,
    orders: [],
    ...sources,
  };
}

/** As `plan` makes it, without its checks. */
export function aCluster(roles: readonly (Partial<DesiredRole> & { readonly defined: Role })[] = [{ defined: aRole() }], cluster: Partial<DesiredCluster> = {}): DesiredCluster {
  const { app: ref, spec: _spec, ...sources } = someSources();
  return {
    ...sources,
    ref,
    app: anApp({}, roles.map(({ defined }) => defined)),
    params: {},
    adopt: undefined,
    domain: "cluster.local",
    roles: Object.fromEntries(roles.map((role) => [role.defined.name, desired(role)])),
    ...cluster,
  };
}

function desired({ defined, ...role }: Partial<DesiredRole> & { readonly defined: Role }): DesiredRole {
  const { name, image, cpu, memory, env, volumes } = defined;
  return { name, defined, count: defined.members.default, image, cpu, memory, env, volumes, hasService: false, ...role };
}
