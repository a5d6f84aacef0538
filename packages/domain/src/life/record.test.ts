import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Failure } from "../failure.ts";
import { type ClusterRecord, decodeRecord } from "./record.ts";
import { SimulatedTarget } from "./testing/world.ts";
import { written } from "./testing/written.ts";

const crd = parse(readFileSync(join(import.meta.dirname, "../../../../deploy/kubernetes/crds.yaml"), "utf8")) as { readonly spec: { readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: Schema } }] } };
const specSchema = crd.spec.versions[0].schema.openAPIV3Schema.properties?.["spec"] ?? {};

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

/** As an API server keeps it: fields that the schema does not name are dropped without a word. */
function kept(value: unknown, { properties, additionalProperties }: Schema): unknown {
  if (typeof value !== "object" || value === null || (!properties && !additionalProperties)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, field]) => {
    const schema = properties ? properties[key] : additionalProperties;
    return schema ? [[key, kept(field, schema)]] : [];
  }));
}

const stored = (record: ClusterRecord | undefined): unknown => kept(JSON.parse(JSON.stringify(record)), specSchema);

describe("a record", () => {
  const job = "  run: job\n  roles: {server: {members: 3, gang: true}}\n";
  const hooked = "  needs: {db: {}}\n  env: {P: \"${{ needs.db.password }}\"}\n  roles: {server: {members: 1+, volumes: {data: {path: /data, size: 1Gi}}, hooks: {rejoin: {exec: [a]}, leave: {exec: [a]}}}}\n";
  const needs = { db: { kind: "bound", provider: "x", exports: { password: { namespace: "shop", secret: "s", key: "k" }, host: "h" } } } as const;

  test("is read as it was stored, at every step of a life", () => {
    const seen: (ClusterRecord | undefined)[] = [];
    const target = new SimulatedTarget();
    target.homeless.add("c-server-2");
    target.pass(written(job));
    target.settle();
    target.pass(written(job));
    seen.push(target.record);
    target.homeless.clear();
    target.converge(written(job));
    target.end("c-server-0", "Failed");
    target.pass(written(job));
    seen.push(target.record);
    const other = new SimulatedTarget();
    for (const [spec, generation] of [["needs: {db: x}, roles: {server: {members: 3}}", 1], ["needs: {db: x}, roles: {server: {members: 2}}", 2], ["needs: {db: x}, stopped: true", 3]] as const) {
      other.converge(written(hooked, spec, generation, { needs }));
      seen.push(other.record);
    }
    for (const record of seen) expect(decodeRecord(stored(record))).toEqual(JSON.parse(JSON.stringify(record)));
    for (const word of ["gang", "job", "failedPod", "firstPod", "allDown"]) expect([word, JSON.stringify(seen).includes(`"${word}":`)]).toEqual([word, true]);
  });

  test("of a later version is read as far as it is known, and one of an earlier has none of what came later", () => {
    const target = new SimulatedTarget();
    target.converge(written("  roles: {server: {members: 1}}\n"));
    const record = stored(target.record) as { readonly roles: object };
    expect(decodeRecord({ ...record, later: 1, roles: { server: { ...(record.roles as { readonly server: object }).server, later: 2 } } })).toEqual(record);
    expect(JSON.stringify(record)).not.toMatch(/job|gang|allDown|firstPod|failedPod/);
  });

  test.each([["no map", 3], ["a member of a state that is none", { members: { server: { 0: { life: 1, start: "join", state: "dancing", since: 0 } } } }], ["a number that is none", { version: "1" }], ["retries that are none", { job: { generation: 1, retries: "2" } }]])("that is broken is told so: %s", (_, change) => {
    const target = new SimulatedTarget();
    target.converge(written("  roles: {server: {members: 1}}\n"));
    const broken = typeof change === "object" ? { ...(stored(target.record) as object), ...change } : change;
    expect(() => decodeRecord(broken)).toThrowError(expect.objectContaining({ kind: "internal", reason: "BROKEN_RECORD" }));
    expect(() => decodeRecord(broken)).toThrow(Failure);
  });
});
