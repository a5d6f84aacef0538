import { describe, expect, test } from "vitest";
import { parseApp } from "../language/app.ts";
import { parseDocument, parseDocuments } from "../language/document.ts";
import { appsAsked, type FindApp, judge } from "./judge.ts";
import { readSubmitted } from "./submitted.ts";

const app = (name: string, spec = "version: '1.0'", role = "members: 1+") => `kind: App\napiVersion: troupe.dev/v1\nmetadata: {name: ${name}}\nspec: {${spec}, image: "registry.example/a:1", roles: {server: {${role}}}}\n`;
const cluster = (name: string, spec: string) => `kind: Cluster\napiVersion: troupe.dev/v1\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const pipeline = (clusters: string) => `kind: Pipeline\napiVersion: troupe.dev/v1\nmetadata: {name: p}\nspec: {clusters: {${clusters}}}\n`;

const readAll = (texts: readonly string[]) => parseDocuments(texts.join("---\n")).map((document) => readSubmitted({ document, packageFiles: {} }));
const nobody: FindApp = () => undefined;
/** Reason and path of what is wrong with each document. */
const wrong = (texts: readonly string[], find = nobody) => judge(readAll(texts), find).map(({ problems }) => problems.map(({ reason, path }) => `${reason} ${path}`));

describe("documents that come together", () => {
  test("are judged beside each other: a Cluster and a Pipeline beside their App", () => {
    expect(wrong([app("queue"), cluster("a", "app: queue, roles: {serve: {members: 1}}"), pipeline("x: {app: queue@1.0, roles: {server: {members: 0}}}")])).toEqual([
      [],
      ["ROLE_UNKNOWN spec.roles.serve"],
      ["MEMBERS_ILLEGAL spec.clusters.x.roles.server.members"],
    ]);
  });

  test("are judged beside the build that a reference means: of the version it names, else the newest", () => {
    const both = [app("queue", "version: '1.0'"), app("queue", "version: '2.0', params: {size: {type: integer}}")];
    expect(wrong([...both, cluster("a", "app: queue, params: {size: 1}"), cluster("b", "app: queue@1.0, params: {size: 1}")]).slice(2)).toEqual([[], ["PARAM_UNKNOWN spec.params.size"]]);
  });

  test("say what a shape and an App are against at once, each in its line", () => {
    const [, judged] = judge(readAll([app("queue"), cluster("a", "app: queue, colour: red,\n  roles: {serve: {members: 1}}")]), nobody);
    expect(judged?.problems.map(({ path, line }) => [path, line])).toEqual([["spec.colour", 9], ["spec.roles.serve", 10]]);
  });

  test("say what would fail for the values that a Cluster gives", () => {
    const divides = app("queue", "version: '1.0', params: {parts: {type: integer, default: 1}}", 'members: 1+, env: {A: "${{ 10 / params.parts }}"}');
    expect(wrong([divides, cluster("a", "app: queue, params: {parts: 0}")])).toEqual([[], ["EXPRESSION_FAILED spec.roles.server.env.A"]]);
  });

  test("do not tell of a Cluster what follows from its App being wrong", () => {
    expect(wrong([app("queue", "version: 1.0"), cluster("a", "app: queue, roles: {serve: {members: 1}}")])).toEqual([["TYPE_WRONG spec.version"], []]);
  });

  test("must be of the app that a slot asks for, where the other Cluster came along", () => {
    const needing = app("reader", "version: '1.0', needs: {source: {app: queue}}");
    const [, , , reading] = wrong([app("queue"), needing, cluster("other", "app: reader, needs: {source: r}"), cluster("r", "app: reader, needs: {source: other}")]);
    expect(reading).toEqual(["NEED_OTHER_APP spec.needs.source"]);
  });

  test("say which optional slot is bound to nothing, where something is read of it unasked", () => {
    const reading = app("reader", "version: '1.0', needs: {db: {optional: true}}", 'members: 1, env: {A: "${{ needs.db.host }}", B: "${{ has(needs.db) ? needs.db.host : null }}", C: "${{ needs.db == null ? null : needs.db.host }}"}');
    const [, unbound, bound] = judge(readAll([reading, cluster("a", "app: reader"), cluster("b", "app: reader, needs: {db: {host: x}}")]), nobody);
    expect(unbound?.problems).toMatchObject([{ reason: "EXPRESSION_FAILED", path: "spec.roles.server.env.A", line: 9, message: expect.stringMatching(/slot db .*has\(needs\.db\)/) }]);
    expect(bound?.problems).toEqual([]);
  });

  test("say which character a format cannot hold, when it comes by a param", () => {
    const writing = app("writer", "version: '1.0', params: {p: {type: string, default: x}}", 'members: 1, files: {/a.xml: {format: hadoop-xml, set: {a: "x ${{ params.p }}"}}, /a: {format: properties, set: {a: "${{ params.p }}"}}}');
    expect(wrong([writing, cluster("a", 'app: writer, params: {p: "\\x02"}'), cluster("b", 'app: writer, params: {p: "\\t"}')])).toEqual([[], ['CHARACTER_INVALID spec.roles.server.files["/a.xml"].set.a'], []]);
  });

  test("of another kind are none", () => {
    expect(wrong(["kind: Secret\n"])).toEqual([["KIND_UNKNOWN kind"]]);
  });
});

describe("needs in a pipeline", () => {
  const engine = app("engine", "version: '1.0', needs: {source: {app: stream}, sink: {app: queue, version: '1'}}");
  const [, , judged] = judge(readAll([app("queue"), engine, pipeline("\n  log: {app: queue},\n  work: {app: engine, needs: {source: log, sink: other}},\n  more: {app: engine, needs: {source: p-log}}\n  ")]), nobody);
  const [sibling, missing, named] = judged?.problems ?? [];

  test("are told of by the key that is written, where it is a sibling's", () => {
    expect(sibling).toMatchObject({ reason: "NEED_OTHER_APP", path: "spec.clusters.work.needs.source", line: 16, column: 39, message: expect.stringContaining("log of this pipeline is of queue") });
    expect(named).toMatchObject({ reason: "NEED_OTHER_APP", path: "spec.clusters.more.needs.source", line: 17, column: 39, message: expect.stringContaining("the cluster p-log is of queue") });
  });

  test("that are not met name a sibling first, and the only one that fits", () => {
    expect(missing).toMatchObject({ reason: "NEED_MISSING", path: "spec.clusters.more.needs.sink", line: 17, column: 23, message: expect.stringContaining("a key of this pipeline"), suggestion: "sink: log" });
    const [alone] = judge(readAll([cluster("a", "app: engine, needs: {source: s}")]), () => parseApp(parseDocument(engine)));
    expect(alone?.problems).toMatchObject([{ reason: "NEED_MISSING", message: expect.stringContaining("name a cluster of queue 1,") }]);
  });
});

describe("an App that did not come along", () => {
  const texts = [app("queue"), cluster("a", "app: stream, colour: red"), pipeline("a: {app: queue}, b: {app: stream@2}")];

  test("is asked for, once for each that is of it", () => {
    expect(appsAsked(readAll(texts))).toEqual([{ project: "default", app: "stream" }, { project: "default", app: "stream@2" }]);
  });

  test("leaves what is wrong by itself, and is named", () => {
    expect(judge(readAll(texts), nobody).map(({ problems, missing }) => [problems.map(({ path }) => path), missing.map(({ app: of }) => of)])).toEqual([[[], []], [["spec.colour"], ["stream"]], [[], ["stream@2"]]]);
  });

  test("is judged beside when somebody has it, and told where it is asked for when nobody has", () => {
    const stream = parseApp(parseDocument(app("stream")));
    expect(wrong([cluster("a", "app: stream, roles: {serve: {members: 1}}")], () => stream)).toEqual([["ROLE_UNKNOWN spec.roles.serve"]]);
    const [judged] = judge(readAll([cluster("a", "app: stream")]), () => [{ path: "spec.app", reason: "APP_NOT_FOUND", message: "there is no app stream" }]);
    expect(judged?.problems).toMatchObject([{ path: "spec.app", line: 4, column: 13 }]);
  });
});
