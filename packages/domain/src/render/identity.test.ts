import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { parseApp, type App } from "../language/app.ts";
import { documentOfValue } from "../language/document.ts";
import { longest } from "../name.ts";
import { plan } from "../plan/plan.ts";
import { aRoleSpec, aSpec, someSources } from "../testing.ts";
import type { DesiredCluster } from "../plan/desired.ts";
import type { KubeObject } from "./manifest.ts";
import { previewOf } from "./preview.ts";

/** Names made of few parts, so that they meet where they can: `a`, `a-0`, `a-0-b`, and as long as may be. */
const part = fc.constantFrom("a", "b", "0", "1", "x1", "2y", "all", "files", "data");
const nameOf = (most: number) =>
  fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("-")),
    fc.integer({ min: 1, max: most }).map((length) => "n".repeat(length)),
  ).map((name) => (/^[a-z]/.test(name) ? name : `r${name}`).slice(0, most).replace(/-$/, "x"));

const role = fc.record({
  members: fc.integer({ min: 1, max: 12 }),
  volumes: fc.uniqueArray(nameOf(longest.volume), { maxLength: 3 }),
  services: fc.uniqueArray(nameOf(longest.role), { maxLength: 2 }),
  idBase: fc.constantFrom(0, 100, 1000),
});
const clusters = fc.record({ name: nameOf(longest.cluster), namespace: nameOf(longest.project), roles: fc.dictionary(nameOf(longest.role), role, { minKeys: 1, maxKeys: 4, noNullPrototype: true }) });
type Wanted = typeof clusters extends fc.Arbitrary<infer T> ? T : never;

/** undefined where the names are refused, as every one of them may be. */
function planned({ name, namespace, roles }: Wanted): DesiredCluster | undefined {
  const defined = Object.entries(roles).map(([each, { volumes, services, idBase }]) => [
    each,
    {
      members: "1..12", idBase, ports: { p: 1 }, standing: { probe: { exec: ["s"] }, order: ["x"] },
      services: Object.fromEntries(services.map((service) => [service, { port: "p", to: "x" }])),
      volumes: Object.fromEntries(volumes.map((volume, index) => [volume, { path: `/v${index}`, size: "1Gi" }])),
      env: { A: "x" },
    },
  ] as const);
  try {
    const app: App = parseApp(documentOfValue({ apiVersion: "troupe.dev/v1", kind: "App", metadata: { name: "a" }, spec: { version: "1", image: "a", roles: Object.fromEntries(defined) } }));
    const spec = aSpec({ roles: Object.fromEntries(Object.entries(roles).map(([each, { members }]) => [each, aRoleSpec({ members })])) });
    return plan(someSources({ name, namespace, spec }), app, { domain: "cluster.local" });
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
    expect(error.problems.map(({ reason }) => reason).filter((reason) => !["NAME_TOO_LONG", "NAME_INVALID", "NAME_RESERVED", "NAME_TAKEN"].includes(reason))).toEqual([]);
    return undefined;
  }
}

const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const mostCharacters: Readonly<Record<string, number>> = { Pod: 63, Service: 63 };

function wrongNames(objects: readonly KubeObject[]): readonly string[] {
  return objects.filter(({ kind, metadata: { name } }) => name.length > (mostCharacters[kind] ?? 253) || !label.test(name)).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

function wrongLabels(objects: readonly KubeObject[]): readonly string[] {
  return objects.flatMap(({ metadata }) => Object.values(metadata.labels ?? {}).filter((value) => value.length > 63 || !/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/.test(value)));
}

const distinct = (texts: readonly string[]) => new Set(texts).size === texts.length;

describe("whatever a cluster, its roles, volumes and services are called", () => {
  test("what is made has names and labels that Kubernetes takes, and no two objects share one", () => {
    let accepted = 0;
    fc.assert(
      fc.property(clusters, (wanted) => {
        const cluster = planned(wanted);
        if (cluster === undefined) return;
        accepted += 1;
        const objects = previewOf(cluster);
        expect([wrongNames(objects), wrongLabels(objects)]).toEqual([[], []]);
        expect(distinct(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`))).toBe(true);
        const pods = objects.filter(({ kind }) => kind === "Pod");
        expect(pods).toHaveLength(Object.values(wanted.roles).reduce((sum, { members }) => sum + members, 0));
        expect(distinct(pods.map(({ spec }) => (spec as { readonly hostname: string }).hostname))).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
