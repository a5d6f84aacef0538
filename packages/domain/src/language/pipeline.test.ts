import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Failure, type Problem } from "../failure.ts";
import { parseApp } from "./app.ts";
import { checkSpec } from "./check-spec.ts";
import { documentOfValue, parseDocument, parseDocuments } from "./document.ts";
import { inOrderOfNeed, specOfCluster } from "./pipeline-needs.ts";
import { parsePipelineDocument, printPipeline, problemOfCluster, readPipelineDocument, samePipelineSpec } from "./pipeline.ts";

const yaml = (clusters: string, metadata = "{name: clicks}") => `apiVersion: troupe.dev/v1\nkind: Pipeline\nmetadata: ${metadata}\nspec:\n  clusters:\n${clusters.replaceAll(/^(?=.)/gm, "    ")}\n`;
const pipelineOf = (clusters: string, metadata?: string) => parsePipelineDocument(parseDocument(yaml(clusters, metadata)));
const problemsOf = (clusters: string, metadata?: string): readonly Problem[] => readPipelineDocument(parseDocument(yaml(clusters, metadata))).problems;
const told = (problems: readonly Problem[]) => problems.map(({ reason, path, line, column }) => [reason, path, `${line}:${column}`]);

const clicks = "log: {app: queue}\nwork: {app: engine, needs: {source: log, sink: table}}\ntable: {app: store, roles: {node: {memory: 1024Mi}}}";

describe("a Pipeline", () => {
  test("has clusters as Clusters have their specs, in canonical form", () => {
    const { name, project, labels, spec } = pipelineOf(clicks, "{name: clicks, namespace: shop, labels: {team: x}}");
    expect([name, project, labels]).toEqual(["clicks", "shop", { team: "x" }]);
    expect(spec.clusters["work"]).toMatchObject({ app: "engine", needs: { source: { kind: "cluster", cluster: "log" } }, placement: { target: "default" } });
    expect(spec.clusters["table"]?.roles["node"]?.memory).toBe("1Gi");
  });

  test("is printed as one could write it again", () => {
    const pipeline = pipelineOf(clicks, "{name: clicks, namespace: shop, labels: {team: x}, annotations: {a: b}}");
    const again = parsePipelineDocument(documentOfValue(printPipeline(pipeline)));
    expect(again).toEqual(pipeline);
    expect(samePipelineSpec(again.spec, pipelineOf(clicks).spec)).toBe(true);
  });

  test("tells everything that is wrong at once, each where it stands", () => {
    expect(told(problemsOf("log: {app: queue, rolls: {}}\nwork: {needs: {source: 5}, roles: {w: {memory: much}}}\nBad: {app: x, roles: {r: {env: {A: '${{ 1 }}'}}}}"))).toEqual([
      ["FIELD_UNKNOWN", "spec.clusters.log.rolls", "6:23"],
      ["FIELD_MISSING", "spec.clusters.work.app", "7:5"],
      ["TYPE_WRONG", "spec.clusters.work.needs.source", "7:28"],
      ["QUANTITY_INVALID", "spec.clusters.work.roles.w.memory", "7:52"],
      ["NAME_INVALID", "spec.clusters.Bad", "8:5"],
    ]);
  });

  test("computes nothing: expressions are refused at their place", () => {
    expect(told(problemsOf("log: {app: x, roles: {r: {env: {A: 'a ${{ 1 }}'}}}}"))).toEqual([["EXPRESSION_NOT_ALLOWED", "spec.clusters.log.roles.r.env.A", "6:43"]]);
  });

  test.each([
    ["without clusters", yaml("").replace("clusters:", "clusters: {}"), "VALUE_INVALID", "spec.clusters"],
    ["of more clusters than can be overlooked", yaml(Array.from({ length: 51 }, (_, index) => `c${index}: {app: a}`).join("\n")), "TOO_LARGE", "spec.clusters"],
    ["with labels of Troupe's own", yaml("a: {app: a}", "{name: p, labels: {troupe.dev/x: z}}"), "NAME_RESERVED", 'metadata.labels["troupe.dev/x"]'],
    ["in the catalogue's project", yaml("a: {app: a}", "{name: p, namespace: troupe-system}"), "NAME_RESERVED", "metadata.namespace"],
    ["whose cluster would have too long a name", yaml(`${"k".repeat(30)}: {app: a}`, `{name: ${"p".repeat(20)}}`), "NAME_TOO_LONG", `spec.clusters.${"k".repeat(30)}`],
    ["with a name that leaves none for its clusters", yaml("a: {app: a}", `{name: ${"p".repeat(39)}}`), "VALUE_INVALID", "metadata.name"],
    ["with more than fits into an event", yaml(Array.from({ length: 6 }, (_, index) => `c${index}: {app: a, params: {x: ${"y".repeat(60_000)}}}`).join("\n")), "TOO_LARGE", "spec"],
  ])("%s is refused", (_what, text, reason, path) => {
    const { problems } = readPipelineDocument(parseDocument(text));
    expect(problems.map((problem) => [problem.reason, problem.path])).toEqual([[reason, path]]);
  });

  test("throws one failure with all of it", () => {
    expect(() => pipelineOf("a: {app: a, needs: {x: a}}")).toThrow(Failure);
  });
});

describe("needs among siblings", () => {
  test("mean a key of the pipeline first, else a cluster of the project; literals stay", () => {
    const spec = specOfCluster(pipelineOf("log: {app: q}\nwork: {app: e, needs: {a: log, b: coord, c: {url: x}}}"), "work");
    expect(spec?.needs).toEqual({ a: { kind: "cluster", cluster: "clicks-log" }, b: { kind: "cluster", cluster: "coord" }, c: { kind: "literal", exports: { url: "x" } } });
    expect(specOfCluster(pipelineOf("log: {app: q}"), "toString")).toBeUndefined();
  });

  test("give the order in which clusters are needed, also by their full names", () => {
    expect(inOrderOfNeed(pipelineOf("a: {app: q, needs: {x: clicks-b}}\nb: {app: q, needs: {x: c}}\nc: {app: q}\nd: {app: q}"))).toEqual(["c", "d", "b", "a"]);
  });

  test("of a cycle are refused where it is entered, with the way round", () => {
    const problems = problemsOf("a: {app: q, needs: {x: b}}\nb: {app: q, needs: {x: clicks-c}}\nc: {app: q, needs: {x: a}}\nd: {app: q, needs: {x: a}}\ne: {app: q, needs: {x: e}}");
    expect(told(problems)).toEqual([
      ["NEEDS_CYCLE", "spec.clusters.a.needs.x", "6:28"],
      ["NEEDS_CYCLE", "spec.clusters.e.needs.x", "10:28"],
    ]);
    expect(problems[0]?.message).toContain("a needs b needs c needs a");
  });
});

describe("what is found wrong with one cluster beside its app", () => {
  test.each([
    ["spec.roles.server.members", "spec.clusters.log.roles.server.members"],
    ['spec["a.b"]', 'spec.clusters.log["a.b"]'],
    ["spec", "spec.clusters.log"],
    ["metadata.name", "spec.clusters.log"],
    ["", "spec.clusters.log"],
  ])("at %s is told at %s", (path, expected) => {
    expect(problemOfCluster("log", { path, reason: "X", message: "m" }).path).toBe(expected);
  });
});

test("the example of a pipeline fits the App that comes with it", () => {
  const [app, pipeline] = parseDocuments(readFileSync(join(import.meta.dirname, "../../../../deploy/pipelines/clicks.yaml"), "utf8"));
  if (!app || !pipeline) throw new Error("the example has an App and a Pipeline");
  const parsed = parsePipelineDocument(pipeline);
  const spec = specOfCluster(parsed, "job");
  expect(spec && checkSpec(parseApp(app), spec, "clicks-job")).toEqual([]);
  expect(inOrderOfNeed(parsed).at(-1)).toBe("job");
});
