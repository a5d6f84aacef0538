import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../canonical.ts";
import { Failure } from "../failure.ts";
import { parseClusterDocument, parseClusterSpec, printCluster, printSpec, sameSpec, type ClusterSpec } from "./cluster.ts";
import { documentOfValue, parseDocument } from "./document.ts";

const clusterOf = (spec: string, metadata = "{name: it}") => parseClusterDocument(parseDocument(`apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: ${metadata}\nspec: ${spec}\n`));
const specOf = (value: unknown) => parseClusterSpec(documentOfValue(value));

describe("a Cluster", () => {
  test("needs nothing but a name and an app", () => {
    expect(clusterOf("{app: thing}")).toEqual({
      name: "it", project: "default", labels: {}, annotations: {},
      spec: { app: "thing", placement: { target: "default", namespace: undefined }, params: {}, needs: {}, roles: {}, paused: false, stopped: false, protect: false, adopt: undefined, labels: {} },
    });
  });

  test("says of each part what was written, quantities in one spelling", () => {
    expect(
      clusterOf("{app: thing@1.0+2, placement: {target: east, namespace: web}, params: {a: [1]}, needs: {zk: coord, other: {url: 'x', port: 5}}, roles: {server: {members: 5, image: a, cpu: 0.5, memory: 1024Mi, volumes: {data: {size: 1024Gi, class: fast}}, env: {A: x, B: null, C: 5}}}, protect: true, adopt: 01900000-0000-7000-8000-000000000001}", "{name: it, namespace: shop, labels: {team: x}, annotations: {example.com/note: any text}}"),
    ).toEqual({
      name: "it", project: "shop", labels: { team: "x" }, annotations: { "example.com/note": "any text" },
      spec: {
        app: "thing@1.0+2", placement: { target: "east", namespace: "web" }, params: { a: [1] },
        needs: { zk: { kind: "cluster", cluster: "coord" }, other: { kind: "literal", exports: { url: "x", port: "5" } } },
        roles: { server: { members: 5, image: "a", cpu: "500m", memory: "1Gi", volumes: { data: { size: "1Ti", class: "fast" } }, env: { A: "x", B: null, C: "5" }, gpu: undefined, files: {}, expose: {} } },
        paused: false, stopped: false, protect: true, adopt: "01900000-0000-7000-8000-000000000001", labels: {},
      },
    });
  });

  test("is the same wish in other words", () => {
    const same = (a: string, b: string) => sameSpec(clusterOf(a).spec, clusterOf(b).spec);
    expect(same("{app: a, roles: {x: {memory: 1024Mi}}}", "{roles: {x: {memory: 1Gi}}, app: a}")).toBe(true);
    expect(same("{app: a}", "{app: a, roles: {x: {}, z: {volumes: {v: {}}}}, params: {}, protect: false}")).toBe(true);
    expect(same("{app: a, roles: {x: {members: 3}}}", "{app: a, roles: {x: {members: 4}}}")).toBe(false);
    expect(same("{app: a, roles: {x: {env: {A: null}}}}", "{app: a}")).toBe(false);
  });

  test("may have labels and annotations of 256 KiB together, as Kubernetes has it", () => {
    const withNotes = (count: number, labels = {}) => documentOfValue({ apiVersion: "troupe.dev/v1", kind: "Cluster", metadata: { name: "it", labels, annotations: Object.fromEntries(Array.from({ length: count }, (_, index) => [`note-${index + 10}`, "é".repeat(5_000 - 5)])) }, spec: { app: "a" } });
    expect(Object.keys(parseClusterDocument(withNotes(26)).annotations)).toHaveLength(26);
    expect(() => parseClusterDocument(withNotes(26, Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`label-${index}`, "x".repeat(63)]))))).toThrowError(expect.objectContaining({ problems: [expect.objectContaining({ path: "metadata", reason: "TOO_LARGE" })] }));
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const size = fc.constantFrom("1Gi", "512Mi", "1500Mi", "2Ti");
const text = fc.string({ unit: "grapheme-ascii", maxLength: 12 }).filter((value) => !value.includes("${{"));
const spec: fc.Arbitrary<ClusterSpec> = fc.record({
  app: fc.constantFrom("a", "a@1", "a-b@1.0-rc.1+12"),
  placement: fc.record({ target: fc.constantFrom("default", "east"), namespace: fc.option(name, { nil: undefined }) }),
  params: fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as never), { maxKeys: 3 }),
  needs: fc.dictionary(name, fc.oneof(name.map((cluster) => ({ kind: "cluster" as const, cluster })), fc.dictionary(name, text, { maxKeys: 2 }).map((exports) => ({ kind: "literal" as const, exports }))), { maxKeys: 2 }),
  roles: fc.dictionary(
    name,
    fc.record({
      members: fc.nat({ max: 1000 }),
      image: fc.option(fc.constantFrom("a", "registry.example/a/b:1"), { nil: undefined }),
      cpu: fc.option(fc.constantFrom("1", "500m"), { nil: undefined }),
      memory: fc.option(size, { nil: undefined }),
      volumes: fc.dictionary(name, fc.record({ size, class: fc.option(name, { nil: undefined }) }), { maxKeys: 2 }),
      env: fc.dictionary(fc.constantFrom("A", "node.name", "x-y"), fc.option(text, { nil: null }), { maxKeys: 2 }),
      gpu: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
      files: fc.dictionary(fc.constantFrom("/etc/a", "/etc/b"), fc.dictionary(name, fc.oneof(text, fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 2 })), { minKeys: 1, maxKeys: 2 }), { maxKeys: 2 }),
      expose: fc.dictionary(name, fc.constantFrom("none", "cluster", "node", "load"), { maxKeys: 2 }),
    }),
    { maxKeys: 2 },
  ),
  paused: fc.boolean(),
  stopped: fc.boolean(),
  protect: fc.boolean(),
  labels: fc.dictionary(name, fc.constantFrom("a", ""), { maxKeys: 2 }),
  adopt: fc.option(fc.uuid(), { nil: undefined }),
});

describe("a spec", () => {
  const legal = (value: unknown) => JSON.stringify(value).includes("\\u0000") === false && JSON.stringify(value).includes("__proto__") === false;

  test("reads as it was printed", () => {
    fc.assert(
      fc.property(spec.filter(legal), (given) => {
        try {
          expect(canonicalJson(specOf(printSpec(given)))).toBe(canonicalJson(given));
        } catch (error) {
          // Only params hold any JSON there is, numbers beyond what is kept exactly among it.
          if (!(error instanceof Failure)) throw error;
          expect(error.problems[0]?.path).toMatch(/^params/);
        }
      }),
    );
  });

  test("reads as it was printed with its Cluster, also through YAML", () => {
    fc.assert(
      fc.property(spec.filter(legal), name, name, (given, cluster, project) => {
        const printed = printCluster({ name: cluster, project, labels: {}, annotations: {}, spec: { ...given, params: {} } });
        expect(canonicalJson(parseClusterDocument(parseDocument(JSON.stringify(printed))))).toBe(canonicalJson({ name: cluster, project, labels: {}, annotations: {}, spec: { ...given, params: {} } }));
      }),
    );
  });

  test("says nothing that is so anyway", () => {
    expect(printSpec(specOf({ app: "a" }))).toEqual({ app: "a" });
    expect(printSpec(specOf({ app: "a", needs: { zk: "x" }, roles: { r: { members: 3, volumes: { v: { size: "1Gi" } } } } }))).toEqual({ app: "a", needs: { zk: "x" }, roles: { r: { members: 3, volumes: { v: { size: "1Gi" } } } } });
  });

  test("has paths as in its Cluster", () => {
    expect(() => specOf({ app: "a", roles: { r: { membres: 3 } } })).toThrowError(expect.objectContaining({ problems: [expect.objectContaining({ path: "spec.roles.r.membres", reason: "FIELD_UNKNOWN", suggestion: "did you mean members?" })] }));
  });

  test("has a limit", () => {
    expect(() => specOf({ app: "a", params: { a: "x".repeat(70_000) } })).toThrowError(expect.objectContaining({ problems: [expect.objectContaining({ path: "spec", reason: "TOO_LARGE" })] }));
  });
});
