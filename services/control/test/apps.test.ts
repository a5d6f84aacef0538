import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Neighbours, type Replica, startNeighbours, startReplica } from "./control.ts";
import { apply, clusterYaml, finish, manifest, publish } from "./steps.ts";

let neighbours: Neighbours;
let replica: Replica;
beforeAll(async () => {
  neighbours = await startNeighbours();
  replica = await startReplica(neighbours);
});
afterAll(async () => {
  await replica?.stop();
  await neighbours?.stop();
});

const app = (name: string, version = "1.0", build = 1, more = "") => `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: ${name}}
spec:
  version: "${version}"
  build: ${build}
  image: registry.example/${name}:${version}
  user: 1000
  ${more}
  params: {size: {type: integer, default: 3, description: how many}}
  roles: {server: {members: 1+}, agent: {members: "0..5", after: [server]}}
`;
const publishing = (text: string, change: Partial<Parameters<Replica["apps"]["publish"]>[0]> = {}) => replica.apps.publish({ parent: "", manifest: manifest(text), requestId: "", validateOnly: false, ...change });
const eventTypes = async (project: string) => (await replica.events.list({ parent: `projects/${project}`, afterRevision: 0n, pageSize: 0, subject: "", types: [], newestFirst: false })).events.map(({ type }) => type);

describe("publishing", () => {
  test("stores a build with what catalogues show of it", async () => {
    const published = await publishing(app("first"));
    expect(published).toMatchObject({ name: "projects/troupe-system/apps/first@1.0+1", app: "first", version: "1.0", build: 1, creator: "anonymous", digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(published.roles).toMatchObject([{ name: "server", members: "1 or more", defaultMembers: 1, after: [] }, { name: "agent", members: "0 to 5", after: ["server"] }]);
    expect(published.params).toMatchObject([{ name: "size", type: "integer", required: false, default: 3, description: "how many" }]);
    const found = await replica.apps.get({ name: "projects/troupe-system/apps/first" });
    expect(found).toMatchObject({ uid: published.uid, yaml: app("first"), definition: { kind: "App", spec: { version: "1.0" } } });
  });

  test("the same content again changes nothing, in whatever order and with whatever comments", async () => {
    const first = await publishing(app("same"), { parent: "projects/same" });
    const again = await publishing(`# a comment\n${app("same").replace("image:", "image : ")}`, { parent: "projects/same" });
    expect([again.uid, again.revision, again.yaml]).toEqual([first.uid, first.revision, first.yaml]);
    expect(await eventTypes("same")).toEqual(["dev.troupe.app.published.v1"]);
  });

  test("other content under the same build is refused, and the next build is suggested", async () => {
    await publishing(app("other"));
    await expect(publishing(app("other", "1.0", 1, "description: another"))).rejects.toMatchObject({ kind: "already_exists", reason: "BUILD_EXISTS", problems: [{ path: "spec.build", suggestion: "2" }] });
    expect((await publishing(app("other", "1.0", 2, "description: another"))).build).toBe(2);
  });

  test("of many at once with the same content one stores it and all are answered", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => publishing(app("race"), { parent: "projects/race" })));
    expect(new Set(answers.map(({ uid }) => uid)).size).toBe(1);
    expect(await eventTypes("race")).toHaveLength(1);
  });

  test("only tried stores nothing; a project named twice must be the same", async () => {
    await publishing(app("tried"), { validateOnly: true });
    await expect(replica.apps.get({ name: "projects/troupe-system/apps/tried" })).rejects.toMatchObject({ kind: "not_found", reason: "APP_NOT_FOUND" });
    await expect(publishing(app("tried").replace("{name: tried}", "{name: tried, namespace: one}"), { parent: "projects/two" })).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "metadata.namespace", reason: "NAME_MISMATCH" }] });
  });

  test("a request id is good for one body", async () => {
    const requestId = randomUUID();
    const first = await publishing(app("once"), { requestId });
    expect(await publishing(app("once"), { requestId })).toEqual(first);
    await expect(publishing(app("once", "2.0"), { requestId })).rejects.toMatchObject({ kind: "invalid", reason: "REQUEST_ID_REUSED" });
  });

  test("a request id that published nothing publishes nothing later either", async () => {
    const requestId = randomUUID();
    const first = await publishing(app("noop"));
    expect(await publishing(app("noop"), { requestId })).toEqual(first);
    await replica.apps.delete({ name: first.name, requestId: "", validateOnly: false });
    expect(await publishing(app("noop"), { requestId })).toMatchObject({ uid: first.uid, name: first.name });
    await expect(replica.apps.get({ name: first.name })).rejects.toMatchObject({ kind: "not_found" });
  });

  test("files of a package come with the document", async () => {
    const text = app("packed", "1.0", 1, "package: ./scripts");
    await expect(publishing(text)).rejects.toMatchObject({ kind: "invalid", problems: [{ path: "spec.package", reason: "PACKAGE_MISSING" }] });
    const published = await replica.apps.publish({ parent: "", manifest: { ...manifest(text), package: { "run.sh": "echo" } }, requestId: "", validateOnly: false });
    const { definition } = await replica.reconciler.getDefinition({ digest: published.digest });
    expect(JSON.parse(definition)).toMatchObject({ spec: { package: { "run.sh": "echo" } } });
  });
});

describe("reading", () => {
  test("lists the newest of each app, and all builds of one, in pages", async () => {
    for (const [name, version, build] of [["a", "1.9", 1], ["a", "1.10", 1], ["a", "1.10", 2], ["b", "1", 1], ["c", "1", 1]] as const) await publishing(app(name, version, build, `description: b${build}`), { parent: "projects/list" });
    const first = await replica.apps.list({ parent: "projects/list", pageSize: 2, pageToken: "" });
    expect(first.apps.map(({ name }) => name)).toEqual(["a@1.10+2", "b@1+1"].map((build) => `projects/list/apps/${build}`));
    const second = await replica.apps.list({ parent: "projects/list", pageSize: 2, pageToken: first.nextPageToken });
    expect([second.apps.map(({ app: name }) => name), second.nextPageToken]).toEqual([["c"], ""]);
    const versions = await replica.apps.listVersions({ name: "projects/list/apps/a", pageSize: 2, pageToken: "" });
    expect(versions.apps.map(({ version, build }) => `${version}+${build}`)).toEqual(["1.10+2", "1.10+1"]);
    const rest = await replica.apps.listVersions({ name: "projects/list/apps/a", pageSize: 2, pageToken: versions.nextPageToken });
    expect(rest.apps.map(({ version, build }) => `${version}+${build}`)).toEqual(["1.9+1"]);
    await expect(replica.apps.list({ parent: "projects/list", pageSize: 2, pageToken: versions.nextPageToken })).rejects.toMatchObject({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" });
    expect((await replica.apps.list({ parent: "projects/-", pageSize: 1000, pageToken: "" })).apps.map(({ name }) => name)).toEqual(expect.arrayContaining(["projects/list/apps/a@1.10+2", "projects/troupe-system/apps/first@1.0+1"]));
  });

  test("resolves what a name leaves out to the newest", async () => {
    const get = async (name: string) => (await replica.apps.get({ name: `projects/list/apps/${name}` })).name.split("/").at(-1);
    expect([await get("a"), await get("a@1.10"), await get("a@1.9"), await get("a@1.10+1")]).toEqual(["a@1.10+2", "a@1.10+2", "a@1.9+1", "a@1.10+1"]);
    await expect(get("a@2")).rejects.toMatchObject({ kind: "not_found", facts: { resource: "projects/list/apps/a@2" } });
  });

  test("an app of the project goes before one of the shared catalogue", async () => {
    await publishing(app("both", "1.0"));
    await publishing(app("both", "0.9"), { parent: "projects/own" });
    expect((await apply(replica, clusterYaml("own", "x", "{app: both}"))).cluster?.app).toBe("both@0.9+1");
    expect((await apply(replica, clusterYaml("own", "z", "{app: both@1.0}"))).cluster?.app).toBe("both@1.0+1");
    expect((await apply(replica, clusterYaml("elsewhere", "x", "{app: both}"))).cluster?.app).toBe("both@1.0+1");
  });
});

describe("deleting", () => {
  const remove = (name: string, change: object = {}) => replica.apps.delete({ name, requestId: "", validateOnly: false, ...change });

  test("is refused while a cluster uses the build, and the refusal names it", async () => {
    await publishing(app("used"));
    const name = "projects/troupe-system/apps/used@1.0+1";
    await apply(replica, clusterYaml("users", "a", "{app: used}"));
    await expect(remove(name)).rejects.toMatchObject({ kind: "conflict", reason: "APP_IN_USE", message: expect.stringContaining("projects/users/clusters/a") });
    await finish(replica, "projects/users/clusters/a");
    await remove(name, { validateOnly: true });
    const requestId = randomUUID();
    await remove(name, { requestId });
    await remove(name, { requestId });
    await expect(remove(name)).rejects.toMatchObject({ kind: "not_found", reason: "APP_NOT_FOUND" });
    await expect(remove("projects/troupe-system/apps/used")).rejects.toMatchObject({ kind: "invalid", reason: "APP_NAME_INCOMPLETE" });
    expect(await eventTypes("troupe-system")).toContain("dev.troupe.app.deleted.v1");
  });
});

describe("validating", () => {
  const problemsOf = async (text: string, firstLine = 0) => (await replica.apps.validate({ manifest: { ...manifest(text), firstLine } })).problems;

  test("finds nothing wrong with a cluster of an app that is published, or stands beside it", async () => {
    await publish(replica);
    expect(await problemsOf(clusterYaml("x", "a", "{app: queue, roles: {server: {members: 3}}}"))).toEqual([]);
    expect(await problemsOf(`${app("beside")}\n---\n${clusterYaml("x", "a", "{app: beside@1.0}")}`)).toEqual([]);
    expect(await problemsOf("")).toEqual([]);
  });

  test("tells everything that is wrong with all documents at once, each where it stands", async () => {
    const text = `${app("wrong").replace("after: [server]", "after: [agent]")}---\n${clusterYaml("x", "a", "{app: queue, rolls: {}}")}---\nkind: Pod\n---\n${clusterYaml("x", "b", "{app: none}")}`;
    const problems = await problemsOf(text, 5);
    expect(problems.map(({ path, reason }) => [path, reason])).toEqual(expect.arrayContaining([["spec.roles.agent.after[0]", "AFTER_CYCLE"], ["spec.rolls", "FIELD_UNKNOWN"], ["kind", "KIND_UNKNOWN"], ["spec.app", "APP_NOT_FOUND"]]));
    const kind = problems.find(({ path }) => path === "kind");
    expect(kind?.line).toBe(text.split("\n").findIndex((line) => line === "kind: Pod") + 5);
  });

  test("of what is no YAML says where it ends being YAML", async () => {
    expect(await problemsOf("a: [")).toMatchObject([{ line: 1 }]);
  });
});
