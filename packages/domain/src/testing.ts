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
    shell: true,
    user: 1000,
    command: undefined,
    args: undefined,
    env: { A: textTemplate("a") },
    ports: { client: { name: "client", port: 4000, protocol: "TCP", scheme: undefined, path: undefined, dashboard: false, expose: "none", token: false } },
    volumes: { data: { name: "data", path: "/data", size: "1Gi", class: undefined, keep: "always", block: false, seed: false } },
    files: {},
    cpu: undefined,
    memory: undefined,
    gpu: undefined,
    shm: undefined,
    min: {},
    probes: {},
    stop: { signal: "SIGTERM", graceSeconds: 30 },
    update: { maxUnavailable: 1, pauseAfterFirst: false, allAtOnce: false },
    when: undefined,
    services: {},
    standing: undefined,
    spread: "host",
    near: undefined,
    gang: false,
    hooks: {},
    peers: undefined,
    podPatches: [],
    ...role,
  };
}

export function anApp(app: Partial<App> = {}, roles: readonly Role[] = [aRole()]): App {
  return {
    name: "sample",
    project: "troupe-system",
    version: "1.0.0",
    build: 1,
    from: undefined,
    rollback: true,
    label: undefined,
    description: undefined,
    logo: undefined,
    docs: undefined,
    category: undefined,
    params: {},
    secrets: {},
    needs: {},
    exports: {},
    package: {},
    run: { kind: "service" },
    updateOrder: undefined,
    hooks: {},
    ops: {},
    roles: Object.fromEntries(roles.map((role) => [role.name, role])),
    ...app,
  };
}

export function aRoleSpec(role: Partial<RoleSpec> = {}): RoleSpec {
  return { members: undefined, image: undefined, cpu: undefined, memory: undefined, gpu: undefined, volumes: {}, env: {}, files: {}, expose: {}, ...role };
}

export function aSpec(spec: Partial<ClusterSpec> = {}): ClusterSpec {
  return { app: "sample@1.0.0+1", placement: { target: "default", namespace: undefined }, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: undefined, labels: {}, ...spec };
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
    continued: 0,
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
    paused: false,
    stopped: false,
    objectLabels: {},
    referencedSecrets: {},
    domain: "cluster.local",
    roles: Object.fromEntries(roles.map((role) => [role.defined.name, desired(role)])),
    ...cluster,
  };
}

function desired({ defined, ...role }: Partial<DesiredRole> & { readonly defined: Role }): DesiredRole {
  const { name, image, cpu, memory, env, volumes, files, ports } = defined;
  return { name, defined, exists: true, count: defined.members.default, image, cpu, memory, gpu: defined.gpu ?? 0, env, volumes, files, ports, hasService: false, ...role };
}
