import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogueManifest, manifestOf, publishCatalogue } from "./world/steps.ts";
import { startWorld, type World } from "./world/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await publishCatalogue(world);
});
afterAll(() => world?.stop());

const head = "apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: bad}\nspec:\n  version: '1'\n  image: a/b:1\n";
const cluster = (spec: string, name = "it") => `apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: ${name}, namespace: bad}\nspec: ${spec}\n`;

/** One fault each: what it is, the file, and reason and path of the problem. */
const badFiles: readonly (readonly [what: string, text: string, reason: string, path: string])[] = [
  ["text that is no YAML", "a: b: c", "YAML_INVALID", ""],
  ["nothing", "# a comment", "DOCUMENT_EMPTY", ""],
  ["a list", "- a", "TYPE_WRONG", ""],
  ["a file of 5 MB", `${head}  description: ${"x".repeat(5_000_000)}`, "", ""],
  ["an alias bomb", `${head}  label: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh".split("").map((name, index) => `  ${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(",")}]`).join("\n")}\n`, "", ""],
  ["10,000 brackets", `a: ${"[".repeat(10_000)}`, "", ""],
  ["a NUL", `${head}  roles: {server: {members: 1, env: {A: "\\0"}}}`, "CHARACTER_INVALID", "spec.roles.server.env.A"],
  ["an unknown field", `${head}  roles: {server: {members: 1, ennv: {}}}`, "FIELD_UNKNOWN", "spec.roles.server.ennv"],
  ["two that exclude one another", `${head}  update: {pauseAfterFirst: true, allAtOnce: true}\n  roles: {server: {members: 1}}`, "FIELDS_EXCLUSIVE", "spec.update.pauseAfterFirst"],
  ["a version that is a number", head.replace("'1'", "4.10") + "  roles: {server: {members: 1}}", "TYPE_WRONG", "spec.version"],
  ["a role without members", `${head}  roles: {server: {}}`, "FIELD_MISSING", "spec.roles.server.members"],
  ["a role named all", `${head}  roles: {all: {members: 1}}`, "NAME_RESERVED", "spec.roles.all"],
  ["roles that wait for one another", `${head}  roles: {a: {members: 1, after: [b]}, b: {members: 1, after: [a]}}`, "AFTER_CYCLE", "spec.roles.a.after"],
  ["a role after one that is not there", `${head}  roles: {a: {members: 1, after: [c]}}`, "ROLE_UNKNOWN", "spec.roles.a.after[0]"],
  ["a port twice", `${head}  roles: {a: {members: 1, ports: {p: 80, q: 80}}}`, "PORT_DUPLICATE", "spec.roles.a.ports.q"],
  ["exports that need one another", `${head}  exports: {a: "\${{ exports.b }}", b: "\${{ exports.a }}"}\n  roles: {a: {members: 1}}`, "EXPORT_CYCLE", "spec.exports.a"],
  ["an expression about nothing", `${head}  roles: {a: {members: 1, env: {A: "\${{ params.no }}"}}}`, "EXPRESSION_UNKNOWN_NAME", "spec.roles.a.env.A"],
  ["an expression without an end", `${head}  roles: {a: {members: 1, env: {A: "\${{ 1"}}}`, "EXPRESSION_UNTERMINATED", "spec.roles.a.env.A"],
  ["ids that two members could have", `${head}  env: {ID: "\${{ member.id }}"}\n  roles: {a: {members: 1..5}, b: {members: 1+, idBase: 4}}`, "ID_OVERLAP", "spec.roles.b.idBase"],
  ["a quantity that is none", `${head}  roles: {a: {members: 1, cpu: lots}}`, "QUANTITY_INVALID", "spec.roles.a.cpu"],
  ["a default below the minimum", `${head}  roles: {a: {members: 1, memory: 1Gi, min: {memory: 2Gi}}}`, "BELOW_MINIMUM", "spec.roles.a.memory"],
  ["a cluster of an app that is not there", cluster("{app: nothing}"), "APP_NOT_FOUND", "spec.app"],
  ["a role that the app does not have", cluster("{app: kafka, roles: {brokr: {members: 3}}}"), "ROLE_UNKNOWN", "spec.roles.brokr"],
  ["members below the minimum", cluster("{app: kafka, roles: {broker: {members: 0}}}"), "MEMBERS_ILLEGAL", "spec.roles.broker.members"],
  ["members that the app does not allow", cluster("{app: kafka, roles: {controller: {members: 2}}}"), "MEMBERS_ILLEGAL", "spec.roles.controller.members"],
  ["a param of the wrong type", cluster("{app: kafka, params: {replicationFactor: three}}"), "PARAM_INVALID", "spec.params.replicationFactor"],
  ["a name that is too long", cluster("{app: kafka}", "a".repeat(41)), "VALUE_INVALID", "metadata.name"],
];

describe("a bad file is refused with its reason and place, by every door", () => {
  test.each(badFiles)("%s", async (_what, text, reason, path) => {
    const failure = await submit(text);
    expect(["invalid", "exhausted", "not_found"]).toContain(failure.kind);
    if (reason !== "") expect(failure.problems.map((problem) => [problem.reason, problem.path])).toEqual([[reason, path]]);
    if (reason !== "" && path !== "") expect(failure.problems[0]?.line).toBeGreaterThan(0);
    const { status, userErrors } = await submitByGraphQL(text);
    expect(status).toBeLessThan(500);
    if (reason !== "") expect(userErrors.map((problem) => [problem.reason, problem.path])).toEqual([[reason, path]]);
  });

  test("all problems of a file at once", async () => {
    const failure = await submit(`${head}  foo: 1\n  roles: {a: {members: x}, b: {members: 1, cpu: lots, after: [c]}}`);
    expect(failure.problems.map(({ path }) => path)).toEqual(["spec.foo", "spec.roles.a.members", "spec.roles.b.cpu", "spec.roles.b.after[0]"].toSorted((a, b) => failure.problems.findIndex((p) => p.path === a) - failure.problems.findIndex((p) => p.path === b)));
  });

  test("all problems of a Cluster at once: of its shape, and of what its app does not allow", async () => {
    const text = cluster("{app: kafka, roles: {brokr: {members: 5}, controller: {members: 2, memory: 4GB}}}");
    const all = ["spec.roles.brokr", "spec.roles.controller.members", "spec.roles.controller.memory"];
    expect((await submit(text)).problems.map(({ path }) => path)).toEqual(all);
    expect((await submitByGraphQL(text)).userErrors.map(({ path }) => path)).toEqual(all);
    expect((await world.apps.validate({ manifest: manifestOf(text) })).problems.map(({ path }) => path)).toEqual(all);
  });

  test("other content under a published build is refused, the same content is not", async () => {
    const manifest = await catalogueManifest("kafka");
    const publish = (text: string) => world.apps.publish({ parent: "", manifest: { ...manifest, text }, requestId: "", validateOnly: false });
    const { build } = await publish(manifest.text);
    expect((await publish(manifest.text)).build).toBe(build);
    await expect(publish(manifest.text.replace("20Gi", "21Gi"))).rejects.toMatchObject({ kind: "already_exists" });
  });
});

interface Refused {
  readonly kind: string;
  readonly problems: readonly { readonly reason: string; readonly path: string; readonly line?: number }[];
}

async function submit(text: string): Promise<Refused> {
  const manifest = manifestOf(text);
  const isCluster = text.includes("kind: Cluster");
  const answer = isCluster
    ? world.clusters.update({ name: "", source: { $case: "manifest", value: manifest }, updateMask: undefined, allowMissing: true, etag: "", requestId: "", validateOnly: false })
    : world.apps.publish({ parent: "", manifest, requestId: "", validateOnly: false });
  return answer.then(
    () => Promise.reject(new Error("it was accepted")),
    (failure: Refused) => failure,
  );
}

async function submitByGraphQL(text: string) {
  const isCluster = text.includes("kind: Cluster");
  const query = isCluster
    ? "mutation ($text: String!) { answer: applyCluster(input: {manifest: {text: $text}}) { userErrors { path line column reason message suggestion } } }"
    : "mutation ($text: String!) { answer: publishApp(input: {manifest: {text: $text}}) { userErrors { path line column reason message suggestion } } }";
  const answer = await post(JSON.stringify({ query, variables: { text } }));
  const body = answer.body as { data?: { answer?: { userErrors: Refused["problems"] } } };
  return { status: answer.status, userErrors: body.data?.answer?.userErrors ?? [] };
}

async function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = { "content-type": "application/json" }) {
  const answer = await fetch(`${world.httpUrl}/graphql`, { method: "POST", headers, body });
  const text = await answer.text();
  return { status: answer.status, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const deep = (levels: number) => `{ clusters { nodes ${"{ definition ".repeat(levels)}{ name }${" }".repeat(levels)} } }`;
const query = (text: string, variables?: unknown) => JSON.stringify({ query: text, variables });

/** A request, and the status that it must have; never a 5xx. */
const badHttp: readonly (readonly [what: string, body: string | Uint8Array<ArrayBuffer>, status: number, contentType?: string])[] = [
  ["no JSON", "{", 400],
  ["bytes that are no UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400],
  ["a JSON list", "[]", 400],
  ["no query", "{}", 400],
  ["a query that is a number", '{"query": 1}', 400],
  ["a query that does not parse", query("{ clusters {"), 400],
  ["an unknown field", query("{ nothing }"), 400],
  ["an unknown argument", query('{ cluster(nam: "x") { name } }'), 400],
  ["a variable of the wrong type", query("query ($n: Int) { clusters(first: $n) { nodes { name } } }", { n: "x" }), 400],
  ["a number beyond 32 bits", query("{ clusters(first: 99999999999) { nodes { name } } }"), 400],
  ["too many aliases", query(`{ ${Array.from({ length: 31 }, (_, index) => `a${index}: viewer { caller }`).join(" ")} }`), 400],
  ["too many aliases, in a fragment that is spread often", query(`{ a: viewer { ...f } b: viewer { ...f } c: viewer { ...f } } fragment f on Viewer { ${Array.from({ length: 10 }, (_, index) => `a${index}: caller`).join(" ")} }`), 400],
  ["fragments that double each other", query(`{ ...f0 } ${Array.from({ length: 60 }, (_, index) => `fragment f${index} on Query { ${index < 59 ? `...f${index + 1} ...f${index + 1}` : "a: viewer { caller }"} }`).join(" ")}`), 400],
  ["JSON that is 5,000 deep", query('mutation ($p: JSON) { createCluster(input: {spec: {app: "a", params: $p}}) { requestId } }', { p: null }).replace("null", `${"[".repeat(5_000)}${"]".repeat(5_000)}`), 400],
  ["too many tokens", query(`{ ${"viewer { caller } ".repeat(700)} }`), 400],
  ["too deep", query(deep(13)), 400],
  ["a fragment in itself", query("{ viewer { ...a } } fragment a on Viewer { ...a }"), 400],
  ["a subscription by POST", query('subscription { events(scope: "projects/bad") { __typename } }'), 400],
  ["a body of 5 MB", query(`{ viewer { caller } } # ${"x".repeat(5_000_000)}`), 413],
  ["another content type", query("{ viewer { caller } }"), 415, "text/plain"],
  ["10,000 brackets", `${"[".repeat(10_000)}`, 400],
  ["101 ids", query(`{ nodes(ids: [${Array.from({ length: 101 }, (_, index) => `"${index}"`).join(",")}]) { id } }`), 200],
  ["a cursor that is none", query('{ clusters(after: "x") { nodes { name } } }'), 200],
  ["a page of 2,000", query("{ clusters(first: 2000) { nodes { name } } }"), 200],
  ["a revision that is none", query('{ events(project: "bad", after: "-x") { nodes { type } } }'), 400],
];

describe("a bad request over HTTP gets a clear answer", () => {
  test.each(badHttp.map(([what, body, status, contentType = "application/json"]) => ({ what, body, status, contentType })))("$what", async ({ body, status, contentType }) => {
    const answer = await post(body, { "content-type": contentType });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ message: expect.any(String) })]) });
  });
});

const badGrpc: readonly (readonly [what: string, call: () => Promise<unknown>, kind: string])[] = [
  ["a name that is none", () => world.clusters.get({ name: "nothing" }), "invalid"],
  ["a cluster that is not there", () => world.clusters.get({ name: "projects/bad/clusters/none" }), "not_found"],
  ["an update of nothing", () => world.clusters.scale({ name: "projects/bad/clusters/none", role: "x", members: 1, etag: "", requestId: "", validateOnly: false }), "not_found"],
  ["a request id that is none", () => world.clusters.scale({ name: "projects/bad/clusters/none", role: "x", members: 1, etag: "", requestId: "x", validateOnly: false }), "invalid"],
  ["a page token that is none", () => world.clusters.list({ parent: "projects/bad", pageSize: 1, pageToken: "x", filter: "", orderBy: "" }), "invalid"],
  ["a filter that does not parse", () => world.clusters.list({ parent: "projects/bad", pageSize: 1, pageToken: "", filter: "app ==== 1", orderBy: "" }), "invalid"],
  ["a negative page", () => world.clusters.list({ parent: "projects/bad", pageSize: -1, pageToken: "", filter: "", orderBy: "" }), "invalid"],
  ["an empty source", () => world.clusters.create({ parent: "", clusterId: "", source: undefined, requestId: "", validateOnly: false }), "invalid"],
  ["a deletion of what is not there", () => world.clusters.delete({ name: "projects/bad/clusters/none", volumes: 0, confirm: "", etag: "", requestId: "", validateOnly: false, allowMissing: false }), "not_found"],
  ["an enum that is unknown", () => world.clusters.delete({ name: "projects/bad/clusters/none", volumes: 99 as 0, confirm: "", etag: "", requestId: "", validateOnly: false, allowMissing: false }), "invalid"],
];

describe("a bad request over gRPC gets a clear answer", () => {
  test.each(badGrpc)("%s", async (_what, call, kind) => {
    await expect(call()).rejects.toMatchObject({ kind });
  });

  test("after all of it everyone is still served", async () => {
    expect((await world.system.getInfo({})).version).toMatch(/\d/);
    for (const service of [...world.controls, world.gateway, ...world.reconcilers]) expect(service.pid).toBeDefined();
  });
});
