import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world/world.ts";

/** The command as people and scripts run it, against the whole product. */
const root = join(import.meta.dirname, "..");
const node = join(root, "node_modules/.bin/node");
const bin = join(root, "packages/cli/bin/troupe.mjs");
const app = (name: string) => join(root, `deploy/catalog/${name}/app.yaml`);

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), "troupe-cli-"));
});
afterAll(async () => {
  await world?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function troupe(args: readonly string[], { input = "", env = {} }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(node, [bin, ...args], { env: { PATH: process.env["PATH"], TROUPE_ADDRESS: world.grpcAddress, ...env } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end(input);
  });
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const cluster = (members: number) => `apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: etl, namespace: shop}\nspec:\n  app: spark\n  roles:\n    worker: {members: ${members}}\n`;

describe("troupe", () => {
  test("publishes and applies several documents, and waits until all is Ready", async () => {
    const ran = await troupe(["apply", "-f", app("spark"), "-f", await file("etl.yaml", cluster(2)), "--wait"]);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).toMatch(/^app\/spark@4\.0\.1\+2 published\ncluster\/etl created \(1 master, 2 worker\)\n$/);
    expect(ran.err).toContain("cluster/etl Ready 3/3");
  });

  test("applies the same again, from standard input, and changes nothing", async () => {
    expect(await troupe(["apply", "-f", "-"], { input: cluster(2) })).toMatchObject({ code: 0, out: "cluster/etl unchanged\n" });
  });

  test("shows a table, one cluster as a document that can be applied again, and names", async () => {
    expect((await troupe(["get", "clusters", "-n", "shop"])).out).toMatch(/^NAME\s+APP\s+STATE\s+READY\s+AGE\netl\s+spark@4\.0\.1\+2\s+Ready\s+3\/3\s+\d+s\n$/);
    const document = JSON.parse((await troupe(["get", "cluster/etl", "-n", "shop", "-o", "json"])).out);
    expect(document).toMatchObject({ kind: "Cluster", metadata: { name: "etl", namespace: "shop" }, spec: { app: "spark", roles: { worker: { members: 2 } } }, status: { state: "READY" } });
    const yaml = (await troupe(["get", "cluster", "etl", "-n", "shop", "-o", "yaml"])).out;
    expect(yaml).toMatch(/^apiVersion: troupe\.dev\/v1\nkind: Cluster\n/);
    expect((await troupe(["get", "clusters", "-A", "-o", "name"])).out).toBe("cluster/etl\n");
  });

  test("describes a cluster with its members, exports and what happened", async () => {
    const { out } = await troupe(["describe", "cluster", "etl", "-n", "shop"]);
    for (const word of ["State:", "Members:", "worker-1", "Exports:", "spark://etl-master-0", "Events:", "cluster.ready"]) expect(out).toContain(word);
  });

  test("describes an app", async () => {
    expect((await troupe(["describe", "app", "spark"])).out).toMatch(/worker\s+1 or more\s+1\s+master\s+apache\/spark/);
  });

  test("diff tells what apply would change, and exits 1; 0 when nothing", async () => {
    const changed = await troupe(["diff", "-f", await file("more.yaml", cluster(4))]);
    expect(changed).toMatchObject({ code: 1 });
    expect(changed.out).toBe("cluster/etl\n- roles.worker.members: 2\n+ roles.worker.members: 4\n  created: worker-2, worker-3\n");
    expect(await troupe(["diff", "-f", join(folder, "etl.yaml")])).toMatchObject({ code: 0, out: "" });
  });

  test("a dry run changes nothing", async () => {
    expect((await troupe(["apply", "-f", join(folder, "more.yaml"), "--dry-run"])).out).toContain("(dry run)");
    expect((await world.clusters.get({ name: "projects/shop/clusters/etl" })).generation).toBe(1n);
  });

  test("scales and waits", async () => {
    const ran = await troupe(["scale", "cluster", "etl", "worker=3", "-n", "shop", "--wait"]);
    expect(ran).toMatchObject({ code: 0, out: "cluster/etl scaled (roles.worker.members 2 → 3)\n" });
    expect(ran.err).toContain("Ready 4/4");
  });

  test("a bad file shows every problem with its line and a caret, and exits 1; JSON where asked for", async () => {
    const bad = await file("bad.yaml", cluster(2).replace("worker: {members: 2}", "workr: {members: 2}\n    master: {members: 2, cpu: lots}"));
    const { code, err } = await troupe(["validate", bad]);
    expect(code).toBe(1);
    expect(err).toContain(`${bad}:7:5: spec.roles.workr: `);
    expect(err).toMatch(/7 \| {5}workr: \{members: 2\}\n +\| +\^{5} did you mean worker\?/);
    expect(err).toContain("3 problems");
    const machine = await troupe(["apply", "-f", bad, "-o", "json"]);
    expect(JSON.parse(machine.err).error.problems.map(({ path }: { path: string }) => path)).toEqual(["spec.roles.workr", "spec.roles.master.members", "spec.roles.master.cpu"]);
  });

  test("explains a field, and renders a cluster, without a server", async () => {
    const alone = { env: { TROUPE_ADDRESS: "127.0.0.1:1" } };
    expect((await troupe(["explain", "app.roles.hooks.leave"], alone)).out).toMatch(/^app\.roles\.hooks\.leave[^]*Before the removal of a live member[^]*\bexec\b/);
    expect(await troupe(["explain", "app.rolls"], alone)).toMatchObject({ code: 2, err: expect.stringContaining("did you mean roles?") });
    const rendered = await troupe(["render", app("spark"), await file("etl.yaml", cluster(2)), "-o", "json"], alone);
    const { items } = JSON.parse(rendered.out) as { items: { kind: string; metadata: { name: string } }[] };
    expect(items.filter(({ kind }) => kind === "Pod").map(({ metadata }) => metadata.name)).toEqual(["etl-master-0", "etl-worker-0", "etl-worker-1"]);
  });

  test("stops a cluster, pauses it, and starts it again", async () => {
    expect(await troupe(["stop", "cluster", "etl", "-n", "shop", "--wait"])).toMatchObject({ code: 0, out: expect.stringContaining("cluster/etl stopped") });
    expect((await world.kubernetes.kubectl("-n", "shop", "get", "pods", "-o", "name")).trim()).toBe("");
    expect((await troupe(["get", "clusters", "-n", "shop"])).out).toContain("Stopped");
    expect(await troupe(["pause", "etl", "-n", "shop", "--wait"])).toMatchObject({ code: 0 });
    expect(await troupe(["start", "etl", "-n", "shop"])).toMatchObject({ code: 0 });
    expect((await troupe(["get", "clusters", "-n", "shop"])).out).toContain("Paused");
    expect(await troupe(["resume", "etl", "-n", "shop", "--wait"])).toMatchObject({ code: 0 });
    expect((await troupe(["get", "clusters", "-n", "shop"])).out).toContain("Ready");
    expect(await troupe(["continue", "etl", "-n", "shop", "--dry-run"])).toMatchObject({ code: 0, out: expect.stringContaining("the update goes on past its first members") });
    expect(await troupe(["continue", "etl", "-n", "shop"])).toMatchObject({ code: 0, out: expect.stringContaining("cluster/etl continued") });
  });

  test("events can be listed, filtered, and read as one JSON object a line", async () => {
    const { out } = await troupe(["events", "etl", "-n", "shop", "--types", "cluster.created", "-o", "json"]);
    expect(out.trim().split("\n").map((line) => JSON.parse(line))).toMatchObject([{ revision: 1, type: "dev.troupe.cluster.created.v1" }]);
  });

  test("exit codes tell what went wrong", async () => {
    expect((await troupe(["get", "cluster", "none"])).code).toBe(4);
    expect((await troupe(["nonsense"])).code).toBe(2);
    expect((await troupe(["scale", "cluster", "etl"])).code).toBe(2);
    expect((await troupe(["delete", "cluster", "etl", "-n", "shop", "--volumes"])).code).toBe(2);
    const away = await troupe(["get", "clusters"], { env: { TROUPE_ADDRESS: "127.0.0.1:1" } });
    expect(away).toMatchObject({ code: 6 });
    expect(away.err).toContain("nothing listens on 127.0.0.1:1");
  });

  test("deletes, says what stays and how to take it over, and waits until it is gone", async () => {
    const { uid } = await world.clusters.get({ name: "projects/shop/clusters/etl" });
    const ran = await troupe(["delete", "cluster", "etl", "-n", "shop", "--wait"]);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).toContain(`spec.adopt: ${uid}`);
    expect((await troupe(["get", "clusters", "-n", "shop", "-o", "json"])).out).toContain('"items": []');
  });

  test("its help loads neither gRPC nor YAML", async () => {
    const loaded = await troupe(["--help"], { env: { NODE_DEBUG: "esm,module" } });
    expect(loaded.out).toContain("Commands:");
    expect(loaded.err).not.toMatch(/node_modules\/(@grpc|yaml|protobufjs)/);
  });
});
