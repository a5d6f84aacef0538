import { App } from "@troupe/proto/troupe/v1/app";
import { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { describe, expect, it } from "vitest";
import { appWords, clusterWords } from "./words.ts";

describe("a cluster in GraphQL's words", () => {
  it("has its YAML written only when somebody asks", () => {
    const { yaml } = clusterWords(Cluster.fromPartial({ name: "projects/p/clusters/c", spec: { app: "queue" } }));
    expect(yaml()).toContain("app: queue");
  });
});

describe("an app in GraphQL's words", () => {
  it("has its revision as text", () => {
    expect(appWords(App.fromPartial({ name: "projects/p/apps/queue@1+1", revision: 7n })).revision).toBe("7");
  });
});
