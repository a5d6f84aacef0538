import { describe, expect, test } from "vitest";
import { parseAppName, parseClusterKey, parseParent, parseParents, parseClusterScope, parseEventScope, parsePipelineKey, parsePipelineScope } from "./resource-names.ts";

describe("resource names", () => {
  test("are read", () => {
    expect(parseParent("projects/payments")).toBe("payments");
    expect(parseParents("projects/-")).toBeUndefined();
    expect(parseClusterKey("projects/payments/clusters/events")).toEqual({ project: "payments", name: "events" });
    expect(parseAppName("projects/troupe-system/apps/queue@1.0-rc1+2")).toEqual({ project: "troupe-system", name: "queue", version: "1.0-rc1", build: 2 });
    expect(parseAppName("projects/troupe-system/apps/queue")).toMatchObject({ version: undefined, build: undefined });
    expect(parseClusterScope("projects/payments")).toEqual({ project: "payments", subject: undefined });
    expect(parseClusterScope("projects/payments/clusters/events")).toEqual({ project: "payments", subject: "projects/payments/clusters/events" });
    expect(parsePipelineKey("projects/payments/pipelines/clicks")).toEqual({ project: "payments", name: "clicks" });
    expect(parsePipelineScope("projects/payments/pipelines/clicks")).toEqual({ project: "payments", subject: "projects/payments/pipelines/clicks" });
    for (const name of ["clusters/events", "pipelines/clicks"]) expect(parseEventScope(`projects/payments/${name}`)).toEqual({ project: "payments", subject: `projects/payments/${name}` });
  });

  test.each(["", "payments", "projects/", "projects/a/b", "projects/A", "projects/a\u0000", `projects/${"x".repeat(64)}`])("that are none are refused: %s", (text) => {
    expect(() => parseParent(text)).toThrow(expect.objectContaining({ kind: "invalid", problems: [expect.objectContaining({ path: "parent" })] }));
  });

  test.each(["projects/a/clusters/", "projects/a/clusters/B", "projects/a/apps/b", `projects/a/clusters/${"x".repeat(41)}`, "projects/-/clusters/b"])("of clusters that are none are refused: %s", (text) => {
    expect(() => parseClusterKey(text)).toThrow(expect.objectContaining({ kind: "invalid", problems: [expect.objectContaining({ path: "name" })] }));
  });
});
