import { describe, expect, it } from "vitest";
import { keyOfObject } from "./http-kube.ts";
import { collectionPath, pathOf } from "./paths.ts";

describe("the path of an object", () => {
  it.each([
    [{ kind: "Pod", namespace: "n", name: "p" }, "/api/v1/namespaces/n/pods/p"],
    [{ kind: "PodDisruptionBudget", namespace: "n", name: "b" }, "/apis/policy/v1/namespaces/n/poddisruptionbudgets/b"],
    [{ kind: "ClusterRecord", namespace: "n" }, "/apis/troupe.dev/v1/namespaces/n/clusterrecords"],
    [{ kind: "Namespace", namespace: "", name: "n" }, "/api/v1/namespaces/n"],
    [{ kind: "Pod" }, "/api/v1/pods"],
    [{ kind: "Pod", namespace: "a/../b", name: "c?d" }, "/api/v1/namespaces/a%2F..%2Fb/pods/c%3Fd"],
  ] as const)("of %o is %s", (key, path) => {
    expect(pathOf(key)).toBe(path);
  });
});

describe("the path of a collection", () => {
  it("asks for what is ours only", () => {
    const url = new URL(collectionPath("Pod", { limit: "500" }), "http://host");
    expect([url.pathname, Object.fromEntries(url.searchParams)]).toEqual(["/api/v1/pods", { labelSelector: "app.kubernetes.io/managed-by=troupe", limit: "500" }]);
  });
});

describe("the key of an object", () => {
  it("has a namespace where its kind has", () => {
    const metadata = { name: "x", namespace: "n" };
    expect(keyOfObject({ apiVersion: "v1", kind: "Pod", metadata })).toEqual({ kind: "Pod", namespace: "n", name: "x" });
    expect(keyOfObject({ apiVersion: "v1", kind: "Namespace", metadata })).toEqual({ kind: "Namespace", namespace: "", name: "x" });
  });

  it("is none for a kind that the reconciler does not write", () => {
    expect(() => keyOfObject({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "x", namespace: "n" } })).toThrow(expect.objectContaining({ kind: "internal" }));
  });
});
