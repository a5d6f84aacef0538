import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Failure } from "@troupe/domain/failure";
import { App } from "@troupe/proto/troupe/v1/app";
import { Cluster, type ClusterChange, ClusterStatus, WatchKind } from "@troupe/proto/troupe/v1/cluster";
import { Event } from "@troupe/proto/troupe/v1/event";
import { Info } from "@troupe/proto/troupe/v1/system";
import { Problem } from "@troupe/proto/troupe/v1/problem";
import { afterEach, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { type Fakes, startServer } from "./server.ts";

/** The command as a process, against a server that says what the test wants. */
const folderOfCli = join(import.meta.dirname, "..");
const bin = join(folderOfCli, "bin/troupe.mjs");

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serve(fakes: Fakes) {
  const server = await startServer(fakes);
  cleanups.push(server.stop);
  return server.address;
}

function start(address: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess & { readonly stdin: NonNullable<ChildProcess["stdin"]> } {
  const child = spawn(process.execPath, [bin, ...args], { env: { PATH: process.env["PATH"], TROUPE_ADDRESS: address, ...env } });
  cleanups.push(() => child.kill("SIGKILL"));
  // A command that ends before it has read everything.
  child.stdin.on("error", () => undefined);
  return child;
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function ended(child: ChildProcess): Promise<Ran> {
  const texts = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => (texts.out += String(chunk)));
  child.stderr?.on("data", (chunk) => (texts.err += String(chunk)));
  const [code] = await once(child, "close");
  return { code, ...texts };
}

async function troupe(address: string, args: readonly string[], { input = "", env = {} }: { readonly input?: string | Buffer; readonly env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
  const child = start(address, args, env);
  child.stdin.end(input);
  return ended(child);
}

async function file(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-cli-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const aCluster = (name: string) => Cluster.fromPartial({ name: `projects/default/clusters/${name}`, uid: `uid-${name}`, app: "queue@1+1" });
const changed = (name: string): ClusterChange => ({ cluster: aCluster(name), plan: undefined, created: true });
const app = "kind: App\nmetadata: {name: queue}\nspec: {version: '1'}\n";
const cluster = (name: string) => `kind: Cluster\nmetadata: {name: ${name}}\nspec: {app: queue}\n`;
const valid = { validate: async () => ({ problems: [] }) };

/** Applies clusters; those of these names are refused. */
const applying = (...refused: readonly string[]) => ({
  update: async ({ source }: { readonly source?: { readonly $case: string; readonly value: object } | undefined }) => {
    const name = /name: (\w+)/.exec(JSON.stringify(source?.value))?.[1] ?? "";
    if (refused.includes(name)) throw new Failure("conflict", `${name} is in the way`);
    return changed(name);
  },
});

describe("a command whose reader goes away", () => {
  it("is well when it only shows something, its help too", async () => {
    const address = await serve({ system: { getInfo: async () => Info.fromPartial({}) } });
    for (const args of [["--help"], ["version"]]) {
      const child = start(address, args);
      child.stdout?.destroy();
      expect.soft(await ended(child), args[0]).toMatchObject({ code: 0, err: "" });
    }
  });

  it("has failed when it changes something", async () => {
    const child = start(await serve({ clusters: { scale: async () => changed("a") } }), ["scale", "cluster", "a", "server=2"]);
    child.stdout?.destroy();
    expect((await ended(child)).code).toBe(1);
  });
});

describe("standard input", () => {
  it("is left at once at Ctrl-C", async () => {
    const child = start("127.0.0.1:1", ["apply", "-f", "-"]);
    // More than a pipe holds: it is written once the command reads.
    await new Promise((resolve) => child.stdin.write("# a comment\n".repeat(100_000), resolve));
    child.kill("SIGINT");
    expect(await ended(child)).toMatchObject({ code: 130 });
  });

  it("is refused as a file is: too large, or no UTF-8", async () => {
    const refusals = [["# a comment\n".repeat(400_000), "TOO_LARGE"], [Buffer.from([0x61, 0xff]), "NOT_UTF8"]] as const;
    for (const [input, reason] of refusals) {
      const { code, err } = await troupe("127.0.0.1:1", ["apply", "-f", "-", "-o", "json"], { input });
      expect.soft([code, JSON.parse(err).error.reason]).toEqual([3, reason]);
    }
  });
});

describe("the address", () => {
  it("that is none is wrong usage", async () => {
    for (const address of ["", "host:99999", "https://host"]) expect.soft(await troupe("", ["get", "clusters", "--address", address]), address).toMatchObject({ code: 2, err: expect.not.stringContaining("    at ") });
  });

  it("is called directly, whatever proxy the environment names", async () => {
    const address = await serve({ system: { getInfo: async () => Info.fromPartial({ version: "1.2.3" }) } });
    expect(await troupe(`http://${address}/`, ["version"], { env: { http_proxy: "http://127.0.0.1:1", grpc_proxy: "http://127.0.0.1:1" } })).toMatchObject({ code: 0, out: expect.stringContaining("1.2.3") });
  });
});

describe("apply", () => {
  it("tells what it did before it failed, to machines too", async () => {
    const address = await serve({ apps: valid, clusters: applying("b") });
    const files = ["-f", await file("a.yaml", cluster("a")), "-f", await file("b.yaml", cluster("b"))];
    expect(await troupe(address, ["apply", ...files])).toMatchObject({ code: 5, out: "cluster/a created\n", err: expect.stringContaining("b is in the way") });
    const { code, out } = await troupe(address, ["apply", ...files, "-o", "json"]);
    expect([code, JSON.parse(out)]).toMatchObject([5, { kind: "Cluster", metadata: { name: "a" } }]);
  });

  it("checks a Cluster together with its App before it sends either", async () => {
    const published: string[] = [];
    const address = await serve({
      apps: {
        // As control does: the Cluster is wrong in its fourth line, once its App is there.
        validate: async ({ manifest }) => {
          const lines = (manifest?.text ?? "").split("\n");
          const place = lines.findLastIndex((line) => line.startsWith("kind: Cluster")) + 3;
          return { problems: lines.includes("kind: Cluster") && lines.includes("kind: App") ? [Problem.fromPartial({ path: "spec.app", line: place, column: 8, reason: "VALUE_INVALID", message: "is wrong" })] : [] };
        },
        publish: async ({ manifest }) => {
          published.push(manifest?.file ?? "");
          throw new Failure("internal", "was not to be called");
        },
      },
    });
    const both = await file("both.yaml", `${app}---\n# a comment\n${cluster("a")}`);
    expect(await troupe(address, ["apply", "-f", both])).toMatchObject({ code: 3, err: expect.stringContaining(`${both}:8:8: spec.app: is wrong`) });
    expect(published).toEqual([]);
  });
});

describe("a dry run", () => {
  const pipeline = "apiVersion: troupe.dev/v1\nkind: Pipeline\nmetadata: {name: flow}\nspec: {clusters: {x: {app: queue, roles: {server: {members: 2}}}, y: {app: other}}}\n";
  const missing = () => Promise.reject(new Failure("not_found", "it is not there"));
  /** A server with this revision of the App, 0 for none; it tells of no Cluster or Pipeline that is of it what would happen. */
  const serving = (revision: bigint, present?: Cluster) =>
    serve({
      apps: { ...valid, publish: async () => App.fromPartial({ name: "projects/troupe-system/apps/queue@1+1", revision }) },
      clusters: { get: present ? async () => present : missing, ...applying() },
      pipelines: { get: missing },
    });
  const dryRun = async (address: string, text: string, ...args: readonly string[]) => troupe(address, ["apply", "--dry-run", "-f", await file("all.yaml", text), ...args]);

  it("tells what would be created of an App that is published along with it, and that the server was not asked", async () => {
    const address = await serving(0n);
    const both = `${goodApp}---\n${clusterOf("app: queue, roles: {server: {members: 2}}")}`;
    const { code, out } = await dryRun(address, both);
    expect([code, out.split("\n")]).toEqual([0, ["app/queue@1+1 published (dry run)", "cluster/a created (2 server) (dry run)", "  created: server-0, server-1", expect.stringContaining("queue@1+1 is not published yet"), ""]]);
    const { items } = JSON.parse((await dryRun(address, both, "-o", "json")).out) as { items: object[] };
    expect(items[1]).toMatchObject({ kind: "Cluster", spec: { app: "queue" }, plan: { members: [{ index: 0 }, { index: 1 }], notes: [expect.anything()] } });
  });

  it("tells so of a Pipeline, cluster by cluster", async () => {
    const { out } = await dryRun(await serving(0n), `${goodApp}---\n${pipeline}`);
    expect(out).toMatch(/pipeline\/flow created \(x, y\) \(dry run\)\n {2}cluster\/flow-x created\n {4}created: server-0, server-1\n {2}cluster\/flow-y created\n {2}queue@1\+1 is not published yet/);
  });

  it("leaves it to the server where that knows the App, or the cluster keeps the build that it has", async () => {
    const unchanged = await serving(0n, Cluster.fromPartial({ ...aCluster("a"), spec: { app: "queue" } }));
    for (const address of [await serving(7n), unchanged]) expect(await dryRun(address, `${goodApp}---\n${clusterOf("app: queue")}`)).toMatchObject({ code: 0, out: expect.stringMatching(/cluster\/a created \(dry run\)\n$/) });
    const other = await serving(0n, Cluster.fromPartial({ ...aCluster("a"), spec: { app: "queue@0" } }));
    expect((await dryRun(other, `${goodApp}---\n${clusterOf("app: queue")}`)).out).toMatch(/cluster\/a configured \(app "queue@0" → "queue"\) \(dry run\)\n {2}queue@1\+1 is not published yet/);
  });

  it("of diff is the same", async () => {
    const all = await file("all.yaml", `${goodApp}---\n${clusterOf("app: queue")}---\n${pipeline}`);
    expect(await troupe(await serving(0n), ["diff", "-f", all])).toMatchObject({ code: 1, out: expect.stringMatching(/cluster\/a \(new\)\n {2}created: server-0\n[^]*pipeline\/flow \(new\)/) });
  });
});

/** Nothing listens there. */
const nowhere = "127.0.0.1:1";
const role = "image: registry.example/q:1, user: 1000, roles: {server: {members: 1+}}";
const goodApp = `apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: queue}\nspec: {version: "1", ${role}}\n`;
const clusterOf = (spec: string) => `apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: a}\nspec: {${spec}}\n`;

describe("validate", () => {
  it("tells where a folder is named that cannot be read", async () => {
    const app = await file("packaged.yaml", goodApp.replace("spec:\n", "spec:\n  package: ./nowhere\n").replace("spec: {", "spec: {package: ./nowhere, "));
    expect(await troupe(nowhere, ["validate", app])).toMatchObject({ code: 1, err: expect.stringMatching(/packaged\.yaml:\d+:\d+: spec\.package: .*nowhere" is no folder that can be read/) });
  });

  it("needs no server for documents that come with their App, and says all that is wrong with each", async () => {
    expect(await troupe(nowhere, ["validate", await file("good.yaml", `${goodApp}---\n${clusterOf("app: queue")}`)])).toMatchObject({ code: 0, out: "2 documents are valid\n", err: "" });
    const bad = await file("bad.yaml", `${goodApp}---\n${clusterOf("app: queue, roles: {serve: {members: 1}}, colour: red")}`);
    const { code, out, err } = await troupe(nowhere, ["validate", bad]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`${bad}:9:28: spec.roles.serve: `);
    expect(err).toMatch(/9 \| spec: .*\n +\| +\^{5} did you mean server\?/);
    expect(err).toContain("2 problems");
  });

  it("tells machines on their own way out, of all files in one list", async () => {
    const files = [await file("a.yaml", clusterOf("app: queue, colour: red")), await file("b.yaml", goodApp.replace('"1"', "1"))];
    const { code, out, err } = await troupe(nowhere, ["validate", ...files, "-o", "json"]);
    expect([code, err]).toEqual([1, ""]);
    expect(JSON.parse(out).problems).toMatchObject([{ file: files[1], path: "spec.version", line: 4 }, { file: files[0], path: "spec.colour", line: 4, column: 20 }]);
    expect(await troupe(nowhere, ["validate", await file("c.yaml", goodApp), "-o", "json"])).toMatchObject({ code: 0, out: expect.stringContaining('"problems": []') });
  });

  it("notes once for an App which roles run as a user that nobody chose, and finds nothing wrong with it", async () => {
    const silent = await file("app.yaml", goodApp.replace("user: 1000, roles: {", "roles: {worker: {members: 1}, own: {members: 1, user: image}, "));
    expect(await troupe(nowhere, ["validate", silent])).toMatchObject({ code: 0, out: "1 document is valid\n", err: expect.stringMatching(/^.*app\.yaml:4:1: note: spec\.user: .*server, worker .*1000.*\n$/) });
    const { code, out } = await troupe(nowhere, ["validate", silent, "-o", "json"]);
    expect([code, JSON.parse(out)]).toMatchObject([0, { problems: [], notes: [{ file: silent, path: "spec.user", line: 4, column: 1 }] }]);
    expect(await troupe(nowhere, ["validate", await file("b.yaml", goodApp), "-o", "json"])).toMatchObject({ out: expect.stringContaining('"notes": []') });
  });

  it("asks the server about what is of an App that did not come along; that it is away hides nothing that is known", async () => {
    const address = await serve({ apps: { validate: async () => ({ problems: [Problem.fromPartial({ path: "spec.params.x", line: 4, column: 8, reason: "PARAM_UNKNOWN", message: "is not known" })] }) } });
    const alone = await file("a.yaml", clusterOf("app: queue"));
    expect(await troupe(address, ["validate", alone])).toMatchObject({ code: 1, err: expect.stringContaining(`${alone}:4:8: spec.params.x: is not known`) });
    expect(await troupe(nowhere, ["validate", alone])).toMatchObject({ code: 6, out: "" });
    const bad = await file("b.yaml", clusterOf("app: queue, colour: red"));
    expect(await troupe(nowhere, ["validate", bad])).toMatchObject({ code: 1, err: expect.stringMatching(/a was not judged beside its app queue[^]*spec\.colour/) });
  });
});

describe("render", () => {
  const needing = goodApp.replace("spec: {", 'spec: {needs: {store: {}}, env: {STORE: "${{ needs.store.address }}"}, ');

  it("prints every object, as it is given or with what it says stands for what is not known", async () => {
    const files = [await file("app.yaml", needing), await file("cluster.yaml", clusterOf("app: queue, needs: {store: s}, roles: {server: {members: 2}}"))];
    const { code, out, err } = await troupe(nowhere, ["render", ...files]);
    const pods = parseAllDocuments(out).map((document) => document.toJS() as { kind: string; metadata: { name: string } }).filter(({ kind }) => kind === "Pod");
    expect([code, pods.map(({ metadata }) => metadata.name)]).toEqual([0, ["a-server-0", "a-server-1"]]);
    expect(err).toContain('"store.address.example:1" stands for what s offers: --need store.address=VALUE');
    const given = await troupe(nowhere, ["render", ...files, "--need", "store.address=h:1", "-o", "json"]);
    expect(given.out).toContain('"value": "h:1"');
    expect(given.err).not.toContain("stands for what s offers");
    expect(await troupe(nowhere, ["render", ...files, "--need", "stor.address=h:1"])).toMatchObject({ code: 2, err: expect.stringContaining("there are store") });
  });

  it("takes its files with -f too, lists names, and prints only what is named so", async () => {
    const files = ["-f", await file("app.yaml", goodApp), "-f", await file("cluster.yaml", clusterOf("app: queue, roles: {server: {members: 2}}"))];
    expect((await troupe(nowhere, ["render", ...files, "-o", "name"])).out).toContain("serviceaccount/a\nservice/a-all\n");
    const { out } = await troupe(nowhere, ["render", ...files, "--only", "Pod/a-server-1", "--only", "service/a-all"]);
    expect(parseAllDocuments(out).map((document) => [document.get("kind"), document.getIn(["metadata", "name"])])).toEqual([["Service", "a-all"], ["Pod", "a-server-1"]]);
    expect(await troupe(nowhere, ["render", ...files, "--only", "pod/a-serve-1"])).toMatchObject({ code: 4, out: "", err: expect.stringContaining("did you mean pod/a-server-1?") });
  });

  it("refuses what is wrong at its place, and what does not belong together", async () => {
    const wrong = await file("cluster.yaml", clusterOf("app: queue, roles: {serve: {members: 1}}"));
    expect(await troupe(nowhere, ["render", await file("app.yaml", goodApp), wrong])).toMatchObject({ code: 3, out: "", err: expect.stringContaining(`${wrong}:4:28: spec.roles.serve`) });
    expect(await troupe(nowhere, ["render", await file("app.yaml", goodApp), await file("c.yaml", clusterOf("app: queue@2"))])).toMatchObject({ code: 4, err: expect.stringContaining("queue@1+1") });
    expect(await troupe(nowhere, ["render", wrong])).toMatchObject({ code: 2 });
  });
});

describe("explain", () => {
  it("says what a field is and what is in it, with a line each; to machines too", async () => {
    const { out } = await troupe(nowhere, ["explain", "app.roles.<role>.stop"]);
    expect(out).toMatch(/^app\.roles\.<role>\.stop {3}Stop\n\nHow a process is ended\.\n\nFIELD.*\nsignal .*\ngrace +duration +How long .* Default: 30s\.\n$/);
    expect(JSON.parse((await troupe(nowhere, ["explain", "app.stop.grace", "-o", "json"])).out)).toMatchObject({ path: "app.stop.grace", type: "duration", default: "30s", required: false, fields: [] });
  });

  it("takes a word below a map of names for a name, unless it is close to a field", async () => {
    const described = async (path: string) => (await troupe(nowhere, ["explain", path])).out.split("\n").slice(1);
    for (const [named, bare] of [["app.roles.broker.hooks", "app.roles.hooks"], ["app.roles.main.volumes.data.size", "app.volumes.size"], ["pipeline.clusters.log.roles.broker", "pipeline.clusters.roles"]] as const) {
      expect.soft(await described(named), named).toEqual(await described(bare));
    }
    const refusals = [["app.roles.hoks.join", "hooks?"], ["app.roles.broker.hoks", "hooks?"], ["app.roles.a.b", "no field b: there are"], ["app.version.major", "nothing is below"]] as const;
    for (const [path, advice] of refusals) expect.soft(await troupe(nowhere, ["explain", path]), path).toMatchObject({ code: 2, err: expect.stringContaining(advice) });
  });

  it("says what there is, and what was meant", async () => {
    expect((await troupe(nowhere, ["explain"])).out).toMatch(/app .*\ncluster .*\npipeline /);
    expect(await troupe(nowhere, ["explain", "cluster.rols"])).toMatchObject({ code: 2, err: expect.stringContaining("did you mean roles?") });
    expect(await troupe(nowhere, ["explain", "clutser"])).toMatchObject({ code: 2, err: expect.stringContaining("did you mean cluster?") });
  });
});

describe("delete", () => {
  it("of files deletes clusters, and then the builds of apps", async () => {
    const deleted: string[] = [];
    const address = await serve({
      apps: {
        delete: async ({ name }) => {
          deleted.push(name);
          return {};
        },
      },
      clusters: {
        delete: async ({ name }) => {
          deleted.push(name);
          return changed("a");
        },
      },
    });
    expect(await troupe(address, ["delete", "-f", await file("all.yaml", `${app}---\n${cluster("a")}`)])).toMatchObject({ code: 0, out: expect.stringContaining("app/queue@1+1 deleted\n") });
    expect(deleted).toEqual(["projects/default/clusters/a", "projects/troupe-system/apps/queue@1+1"]);
  });

  it("of files says what it cannot delete, and deletes nothing", async () => {
    const address = await serve({});
    expect(await troupe(address, ["delete", "-f", await file("app.yaml", app.replace("'1'", "1"))])).toMatchObject({ code: 2, err: expect.stringContaining("which build") });
    expect(await troupe(address, ["delete", "-f", await file("other.yaml", "kind: Secret\n")])).toMatchObject({ code: 2 });
  });

  it("of an app that is not there is well with --ignore-not-found", async () => {
    const address = await serve({ apps: { delete: () => Promise.reject(new Failure("not_found", "no such build")) } });
    expect(await troupe(address, ["delete", "app", "queue@1+1"])).toMatchObject({ code: 4 });
    expect(await troupe(address, ["delete", "app", "queue@1+1", "--ignore-not-found"])).toMatchObject({ code: 0, out: "" });
  });
});

describe("what get prints", () => {
  const yaml = "# about\nkind: App\nmetadata: {name: queue}\nspec: {version: '1', package: ./scripts} # more\n";
  const appAs = (text: string, definition: object) => App.fromPartial({ name: "projects/shop/apps/queue@1+1", app: "queue", yaml: text, definition });

  it("of an App is what was written, with what publishing filled in", async () => {
    const whole = yaml.replace("./scripts", "{a.sh: x}");
    const getting = async (app: App) => (await troupe(await serve({ apps: { get: async () => app } }), ["get", "app", "queue", "-n", "shop", "-o", "yaml"])).out;
    expect(await getting(appAs(whole, { metadata: { name: "queue" }, spec: {} }))).toBe(whole);
    expect(await getting(appAs(yaml, { metadata: { name: "queue", namespace: "shop" }, spec: { package: { "a.sh": "x" } } }))).toBe(whole.replace("name: queue}", "name: queue, namespace: shop}"));
  });

  it("can be applied: what the server added is not sent", async () => {
    const sent: string[] = [];
    const keep = (text = "") => sent.push(text);
    const address = await serve({
      apps: { ...valid, get: async () => appAs(yaml, { kind: "App", metadata: { name: "queue", labels: { a: "b" } }, spec: { version: "1" } }), publish: async ({ manifest }) => (keep(manifest?.text), App.fromPartial({})) },
      clusters: { get: async () => aCluster("a"), update: async ({ source }) => (keep(source?.$case === "manifest" ? source.value.text : ""), changed("a")) },
    });
    for (const words of [["cluster", "a", "-o", "yaml"], ["cluster", "a", "-o", "json"], ["app", "queue", "-o", "json"]]) await troupe(address, ["apply", "-f", "-"], { input: (await troupe(address, ["get", ...words])).out });
    const cluster = { apiVersion: "troupe.dev/v1", kind: "Cluster", metadata: { name: "a", namespace: "default" }, spec: {} };
    expect(sent.map((text) => parse(text) as unknown)).toEqual([cluster, cluster, { ...cluster, kind: "App", metadata: { name: "queue", namespace: "shop", labels: { a: "b" } }, spec: { version: "1" } }]);
  });
});

describe("describe", () => {
  it("says of exports that are secrets where they are", async () => {
    const cluster = Cluster.fromPartial({ ...aCluster("a"), status: { exports: { url: "h:1" }, secretExports: { password: { namespace: "shop", secret: "a-secrets", key: "admin" } } } });
    const address = await serve({ clusters: { get: async () => cluster }, events: { list: async () => ({ events: [], lastRevision: 0n, more: false }) } });
    expect((await troupe(address, ["describe", "cluster", "a"])).out).toContain("Exports:\n  password: secret shop/a-secrets key admin\n  url: h:1\n");
  });
});

describe("--help", () => {
  it("of every command that reads files, or speaks with members, has how it is used, two examples and the exit codes", async () => {
    for (const command of ["apply", "diff", "validate", "render", "explain", "logs", "exec", "open"]) {
      const { code, out } = await troupe(nowhere, [command, "--help"]);
      expect.soft([code, out.match(new RegExp(`^  (.* \\| )?troupe ${command} `, "gm"))?.length ?? 0], command).toEqual([0, expect.toSatisfy((count: number) => count >= 2)]);
      expect.soft(out, command).toMatch(/^Usage: [^]*^Options:[^]*^Examples:[^]*^Exit codes:/m);
      expect.soft(out, command).not.toMatch(/default: (\[\]|false)/);
    }
  });
});

describe("-o name", () => {
  it("is known to get targets and scale", async () => {
    const address = await serve({ system: { getInfo: async () => Info.fromPartial({ targets: [{ name: "east", liveInstances: 1 }, { name: "west" }] }) }, clusters: { scale: async () => changed("a") } });
    expect((await troupe(address, ["get", "targets", "-o", "name"])).out).toBe("target/east\ntarget/west\n");
    expect((await troupe(address, ["get", "target", "west", "-o", "name"])).out).toBe("target/west\n");
    expect((await troupe(address, ["scale", "cluster", "a", "server=2", "-o", "name"])).out).toBe("cluster/a\n");
  });
});

describe("events", () => {
  it("are of one cluster in each way to name it, and YAML documents where asked for", async () => {
    const subjects: string[] = [];
    const list = async ({ subject }: { readonly subject: string }) => {
      subjects.push(subject);
      return { events: [2n, 1n].map((revision) => Event.fromPartial({ revision, subject, type: "dev.troupe.cluster.ready.v1" })), lastRevision: 2n, more: false };
    };
    const address = await serve({ events: { list } });
    for (const words of [["a"], ["cluster", "a"], ["cluster/a"]]) await troupe(address, ["events", ...words]);
    expect(subjects).toEqual(Array(3).fill("projects/default/clusters/a"));
    const { out } = await troupe(address, ["events", "-o", "yaml"]);
    expect(parseAllDocuments(out).map((document) => (document.toJS() as { revision: number }).revision)).toEqual([1, 2]);
    expect(await troupe(address, ["events", "cluster", "a", "b"])).toMatchObject({ code: 2 });
  });
});

describe("watch", () => {
  it("of several clusters shows these, and ends at Ctrl-C without an error", async () => {
    const address = await serve({
      clusters: {
        watch: async function* (_request, { signal }) {
          for (const name of ["a", "b", "c", "a"]) yield { kind: WatchKind.WATCH_KIND_UPSERT, revision: 1n, cluster: aCluster(name) };
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        },
      },
    });
    const child = start(address, ["watch", "cluster", "a", "c", "-o", "json"]);
    const end = ended(child);
    const names: string[] = [];
    for await (const line of createInterface({ input: child.stdout! })) {
      names.push(JSON.parse(line).object.metadata.name);
      if (names.length === 3) child.kill("SIGINT");
    }
    expect(names).toEqual(["a", "c", "a"]);
    expect(await end).toMatchObject({ code: 130, err: "" });
  });
});

describe("the bundle", () => {
  it("is run by the path that its making prints, and has nothing of an earlier one", async () => {
    await mkdir(join(folderOfCli, "dist"), { recursive: true });
    await writeFile(join(folderOfCli, "dist/chunk-EARLIER.mjs"), "");
    const { stdout } = await promisify(execFile)(process.execPath, [join(folderOfCli, "bundle.ts")]);
    expect(await readdir(join(folderOfCli, "dist"))).not.toContain("chunk-EARLIER.mjs");
    const bundle = join(folderOfCli, "../..", stdout.trim());
    const { stdout: help } = await promisify(execFile)(process.execPath, [bundle, "--help"]);
    expect(help).toContain("Commands:");
    const { stdout: yaml } = await promisify(execFile)(process.execPath, [bundle, "explain", "app.stop", "-o", "yaml"]);
    expect(yaml).toContain("path: app.stop");
    const address = await serve({ clusters: { get: async () => ({ ...aCluster("a"), status: ClusterStatus.fromPartial({ members: [{ role: "server", podUid: "u" }] }) }) } });
    const logs = promisify(execFile)(process.execPath, [bundle, "logs", "a"], { env: { TROUPE_ADDRESS: address, KUBECONFIG: "/none" } });
    await expect(logs).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("KUBECONFIG names no file") });
  });
});
