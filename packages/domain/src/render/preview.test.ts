import { describe, expect, test } from "vitest";
import { parseApp } from "../language/app.ts";
import { parseClusterDocument } from "../language/cluster.ts";
import { parseDocument } from "../language/document.ts";
import { needsAlone, planAlone } from "../plan/plan-alone.ts";
import { previewOf } from "./preview.ts";

const app = parseApp(
  parseDocument(`{apiVersion: troupe.dev/v1, kind: App, metadata: {name: reader}, spec: {version: "1.0", image: "registry.example/r:1", needs: {source: {}}, secrets: {key: {generate: hex}},
    env: {SOURCE: "\${{ needs.source.address }}", KEY: "\${{ secrets.key }}"},
    roles: {server: {members: 1+, bootstrap: first, volumes: {data: {path: /data, size: 1Gi}}, hooks: {join: {exec: [join]}}}, odd: {members: "0+", when: "\${{ false }}"}}}}`),
);
const document = parseClusterDocument(parseDocument("{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: r}, spec: {app: reader, needs: {source: q}, roles: {server: {members: 3}}}}"));
const preview = (given = {}) => previewOf(planAlone(app, document, needsAlone(app, document.spec, given)));
const names = (kind: string) => preview().flatMap((object) => (object.kind === kind ? [object.metadata.name] : []));

describe("the preview of a cluster", () => {
  test("has all members at once, also those that would join one after another and wait for hooks", () => {
    expect(names("Pod")).toEqual(["r-server-0", "r-server-1", "r-server-2"]);
    expect(names("PersistentVolumeClaim")).toHaveLength(3);
  });

  test("is in the order in which objects are needed", () => {
    const kinds = [...new Set(preview().map(({ kind }) => kind))];
    expect(kinds).toEqual(["ClusterRecord", "Secret", "ServiceAccount", "Service", "PodDisruptionBudget", "ConfigMap", "PersistentVolumeClaim", "Pod"]);
  });

  test("has the names of generated values, and no value", () => {
    expect(preview().find(({ kind }) => kind === "Secret")).toMatchObject({ stringData: { key: "<generated hex>" } });
  });

  test("has what is given of another cluster, and says what is not", () => {
    const source = (given: object) => JSON.stringify(preview(given)).match(/"name":"SOURCE","value":"([^"]*)"/)?.[1];
    expect(source({ source: { address: "h:1" } })).toBe("h:1");
    expect(source({})).toBe("source.address.example:1");
  });

  test("is the same each time", () => {
    expect(preview()).toEqual(preview());
  });
});
