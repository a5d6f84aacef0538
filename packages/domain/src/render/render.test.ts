import { describe, expect, test } from "vitest";
import { parseApp } from "../language/app.ts";
import { parseDocument } from "../language/document.ts";
import { advance } from "../life/advance.ts";
import type { ObservedCluster } from "../life/observed.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import { plan } from "../plan/plan.ts";
import { aRoleSpec, aSpec, someSources } from "../testing.ts";
import { inputsOf } from "./inputs.ts";
import type { KubeObject } from "./manifest.ts";
import { render } from "./render.ts";

const nothing: ObservedCluster = { objects: [], pods: {}, claims: {}, keptClaims: {}, secrets: new Set(), adoptedIsThere: false };

/** A definition of one role `server`, as YAML below `spec` and below the role. */
function planned(spec: string, role = "", change: Partial<Parameters<typeof aSpec>[0]> = {}): DesiredCluster {
  const text = `{apiVersion: troupe.dev/v1, kind: App, metadata: {name: sample}, spec: {version: "1.0.0", image: "registry.example/s:1", user: 1000, ${spec} roles: {server: {members: 1+, ${role}}}}}`;
  return plan(someSources({ spec: aSpec(change) }), parseApp(parseDocument(text)), { domain: "cluster.local" });
}

function rendered(cluster: DesiredCluster): readonly KubeObject[] {
  return render(cluster, advance(cluster, undefined, nothing, 0), "owner");
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly command: readonly string[];
  readonly securityContext: object;
  readonly volumeMounts: readonly object[];
}

function pod(cluster: DesiredCluster) {
  const { metadata, spec } = rendered(cluster).find(({ kind }) => kind === "Pod") as unknown as { metadata: KubeObject["metadata"]; spec: { containers: [Container]; initContainers?: [Container]; securityContext: object; volumes: readonly object[] } };
  return { metadata, ...spec, main: spec.containers[0] };
}

const find = (cluster: DesiredCluster, kind: string, name: string) => rendered(cluster).find((object) => object.kind === kind && object.metadata.name === name);

describe("a pod", () => {
  test("follows the restricted profile, as far as the image's user allows", () => {
    const restricted = pod(planned(""));
    expect(restricted.securityContext).toEqual({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, fsGroupChangePolicy: "OnRootMismatch", runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(restricted.main.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
    expect(pod(planned("", "user: image")).securityContext).toEqual({ seccompProfile: { type: "RuntimeDefault" } });
    expect(pod(planned("", "user: 0")).main.securityContext).toEqual({ allowPrivilegeEscalation: false });
  });

  test("has the environment as it is written, whatever Kubernetes would make of it, and none of its own", () => {
    const { main, ...spec } = pod(planned(`env: {A: "$(B) $$ $x", B: "\${{ null }}", C: "\${{ member.host }}"},`));
    expect(main.env).toEqual([{ name: "A", value: "$$(B) $$$$ $x" }, { name: "C", value: "c-server-0.c-all.shop.svc.cluster.local" }]);
    expect(spec).toMatchObject({ enableServiceLinks: false, automountServiceAccountToken: false, hostname: "c-server-0", subdomain: "c-all" });
  });

  test("gets secrets by reference: alone, or inside text by a variable that comes before it", () => {
    const { main } = pod(planned(`secrets: {key: {generate: hex, bytes: 8}}, env: {KEY: "\${{ secrets.key }}", URL: "x:\${{ secrets.key }}@h"},`));
    const valueFrom = { secretKeyRef: { name: "c-secrets-00000001", key: "key" } };
    expect(main.env).toEqual([{ name: "TROUPE_SECRET_key", valueFrom }, { name: "KEY", valueFrom }, { name: "URL", value: "x:$(TROUPE_SECRET_key)@h" }]);
  });

  test("finds its files in place, beside those of the image, or in the volume that holds their path", () => {
    const cluster = planned("", `volumes: {data: {path: /data, size: 1Gi}}, files: {/etc/s/s.conf: {text: "id=\${{ member.id }}"}, /data/seed: {text: x, owner: app}}`);
    const { initContainers, main, volumes } = pod(cluster);
    expect(main.volumeMounts).toContainEqual({ name: "troupe-folder-0", mountPath: "/etc/s" });
    expect(volumes).toContainEqual({ name: "troupe-folder-0", emptyDir: {} });
    expect(initContainers?.[0].command[2]).toContain("cp -RP '/etc/s/.'");
    expect(initContainers?.[0].command[2]).toContain("if [ ! -e '/data/seed' ]");
    expect(find(cluster, "ConfigMap", "c-files")).toMatchObject({ data: { "file.server.0": "x", "file.server.0.1": "id=0" } });
  });
});

describe("services and guards", () => {
  test("one headless Service names every member, ready or not; a role has one where a port or an expression asks", () => {
    expect(find(planned("", "ports: {a: 1}"), "Service", "c-all")).toMatchObject({ spec: { clusterIP: "None", publishNotReadyAddresses: true } });
    expect(find(planned("", "ports: {a: 1}"), "Service", "c-server")).toBeUndefined();
    expect(find(planned("", `ports: {a: 1}, env: {A: "\${{ roles.server.service('a') }}"}`), "Service", "c-server")).toMatchObject({ spec: { type: "ClusterIP" } });
    expect(find(planned("", "ports: {a: 1, b: {port: 2, expose: node}}"), "Service", "c-server")).toMatchObject({ spec: { type: "NodePort", ports: [{ name: "a" }, { name: "b" }] } });
  });

  test("a role of one member has no disruption budget: it would block every drain", () => {
    expect(find(planned(""), "PodDisruptionBudget", "c-server")).toBeUndefined();
    expect(find(planned("", "", { roles: { server: aRoleSpec({ members: 3 }) } }), "PodDisruptionBudget", "c-server")).toMatchObject({ spec: { minAvailable: 2 } });
  });

  test("data belongs to nobody, all else to the record", () => {
    const owned = rendered(planned("", "volumes: {data: {path: /d, size: 1Gi}}, ports: {a: {port: 1, expose: load}}", { roles: { server: aRoleSpec({ members: 2 }) } }));
    for (const { kind, metadata } of owned) expect([kind, metadata.ownerReferences?.length ?? 0]).toEqual([kind, kind === "PersistentVolumeClaim" ? 0 : 1]);
  });
});

describe("what makes a member anew", () => {
  const inputs = (cluster: DesiredCluster) => inputsOf(cluster, "server", 0);
  const env = `params: {a: {type: string, default: x}, b: {type: string, default: x}}, env: {A: "\${{ params.a }}", M: "\${{ roles.server.hosts('p').join(',') }}"},`;
  const cluster = (change: Parameters<typeof aSpec>[0] = {}) => planned(env, "ports: {p: 1}", change);

  test("a param that its pod reads, and its image; not a param that it does not read, and not who else is a member", () => {
    const before = inputs(cluster());
    expect(inputs(cluster({ params: { a: "y" } }))).not.toBe(before);
    expect(inputs(cluster({ roles: { server: aRoleSpec({ image: "registry.example/s:2" }) } }))).not.toBe(before);
    expect(inputs(cluster({ params: { b: "y" } }))).toBe(before);
    expect(inputs(cluster({ roles: { server: aRoleSpec({ members: 5 }) } }))).toBe(before);
  });
});
