import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "@troupe/deploy/local/ports";
import { kwokProgram } from "@troupe/deploy/local/programs";
import { renderStages } from "@troupe/deploy/local/stages";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./world/eventually.ts";
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

  describe("with a kubeconfig", () => {
    const inShop = (command: string, ...words: readonly string[]) => troupe([command, "-n", "shop", ...words], { env: { KUBECONFIG: world.kubernetes.kubeconfigPath } });
    const commands = [["logs", "etl", "master-0"], ["exec", "etl", "master-0", "--", "ls"], ["open", "etl"]] as const;

    test("logs, exec and open go to the Kubernetes of the members; without one they say what is missing", async () => {
      const without = await Promise.all(commands.map(([command, ...words]) => troupe([command, "-n", "shop", ...words], { env: { HOME: folder } })));
      for (const ran of without) expect.soft(ran).toMatchObject({ code: 2, out: "", err: expect.stringContaining("KUBECONFIG") });
      expect(await inShop("logs", "etl", "--context", "troupe-locl")).toMatchObject({ code: 2, err: expect.stringContaining("did you mean troupe-local?") });
    });

    test("they know which members there are", async () => {
      expect(await inShop("logs", "etl", "wrker-1")).toMatchObject({ code: 4, err: expect.stringContaining("did you mean worker-1?") });
      expect(await inShop("exec", "etl", "worker", "--", "ls")).toMatchObject({ code: 2, err: expect.stringContaining("worker-0, worker-1") });
      expect(await inShop("logs", "etl", "master-0", "-c", "mian")).toMatchObject({ code: 4, err: expect.stringContaining("did you mean main?") });
      expect(await inShop("open", "etl", "master/web")).toMatchObject({ code: 4, err: expect.stringContaining("master/ui") });
    });

    test("they have the caller's rights and no others", async () => {
      const config = JSON.parse(await readFile(world.kubernetes.kubeconfigPath, "utf8"));
      config.users[0].user.as = "ann";
      const kubeconfig = await file("of-ann", JSON.stringify(config));
      const asAnn = ([command = "", ...words]: readonly string[]) => troupe([command, "-n", "shop", "--kubeconfig", kubeconfig, ...words]);
      expect(await asAnn(["logs", "etl"])).toMatchObject({ code: 8, err: expect.stringContaining("may not get pods in namespace shop") });
      await world.kubernetes.kubectl("-n", "shop", "create", "role", "looks", "--verb=get", "--resource=pods");
      await world.kubernetes.kubectl("-n", "shop", "create", "rolebinding", "looks", "--role=looks", "--user=ann");
      const missing = await Promise.all(commands.map(async (command) => /may not (\w+ \S+)/.exec((await asAnn(command)).err)?.[1]));
      expect(missing).toEqual(["get pods/log", "get pods/exec", "get pods/portforward"]);
    });

    test("they say that nothing runs on simulated nodes", async () => {
      for (const ran of await Promise.all(commands.map(([command, ...words]) => inShop(command, ...words)))) expect.soft(ran).toMatchObject({ code: 3, out: "", err: expect.stringContaining("simulated") });
    });

    describe("of nodes that answer", () => {
      let kubelet: ChildProcess | undefined;
      afterAll(async () => {
        kubelet?.kill("SIGKILL");
        if (kubelet) await once(kubelet, "exit");
      });

      /** Logs are a file here, commands run here, and every port is this one: by the kubelet's own code, which kwok has in it. */
      async function answer(log: string, port: number): Promise<void> {
        const of = (kind: string, spec: object) => JSON.stringify({ apiVersion: "kwok.x-k8s.io/v1alpha1", kind, metadata: { name: "any" }, spec });
        const parts = [of("ClusterLogs", { logs: [{ logsFile: log, follow: true }] }), of("ClusterExec", { execs: [{ local: { workDir: folder } }] }), of("ClusterPortForward", { forwards: [{ target: { address: "127.0.0.1", port } }] })];
        const config = await file("kubelet.yaml", [...parts, renderStages({ readyAfterMs: 0 })].join("\n---\n"));
        const certificate = join(world.kubernetes.dataDir, "certificates/apiserver");
        const kubeletPort = await freePort();
        const flags = [`--kubeconfig=${world.kubernetes.kubeconfigPath}`, `--config=${config}`, "--manage-nodes-with-label-selector=troupe.test/nobody=true", `--server-address=127.0.0.1:${kubeletPort}`, `--tls-cert-file=${certificate}.crt`, `--tls-private-key-file=${certificate}.key`];
        kubelet = spawn(await kwokProgram({ say: () => {} }), flags, { stdio: "ignore" });
        await eventually("it serves", async () => (await fetch(`http://127.0.0.1:${kubeletPort}/healthz`)).ok);
        const status = { addresses: ["InternalIP", "Hostname"].map((type) => ({ type, address: "127.0.0.1" })), daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } } };
        for (const node of world.nodes.names) await world.kubernetes.kubectl("patch", "node", node, "--subresource=status", "--type=merge", "-p", JSON.stringify({ status }));
      }

      test("they show logs, run commands and open pages", async () => {
        const page = createServer((_request, reply) => reply.end("a page")).listen(0, "127.0.0.1");
        await once(page, "listening");
        await answer(await file("member.log", ["a", "b"].map((line, second) => `2026-01-01T00:00:0${second}.000000000Z stdout F ${line}\n`).join("")), (page.address() as AddressInfo).port);
        expect(await inShop("logs", "etl", "worker-0", "worker-1")).toMatchObject({ code: 0, out: "worker-0 | a\nworker-0 | b\nworker-1 | a\nworker-1 | b\n" });
        expect(await inShop("logs", "cluster", "etl", "etl-master-0", "--tail", "1", "--timestamps")).toMatchObject({ code: 0, out: "2026-01-01T00:00:01.000000000Z b\n" });
        expect(await inShop("exec", "etl", "master", "--", "sh", "-c", "echo $0; echo to stderr >&2", "said")).toEqual({ code: 0, out: "said\n", err: "to stderr\n" });
        const opened = spawn(node, [bin, "open", "etl", "-n", "shop"], { env: { PATH: process.env["PATH"], TROUPE_ADDRESS: world.grpcAddress, KUBECONFIG: world.kubernetes.kubeconfigPath } });
        const { value: line = "" } = await createInterface({ input: opened.stdout })[Symbol.asyncIterator]().next();
        const [door, address = ""] = line.split(/\s+/);
        expect([door, await (await fetch(address, { headers: { connection: "close" } })).text()]).toEqual(["master/ui", "a page"]);
        opened.kill("SIGINT");
        expect((await once(opened, "exit"))[0]).toBe(130);
        page.close();
      });
    });
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

  test("its help loads neither gRPC nor YAML, and other commands nothing for Kubernetes", async () => {
    const loaded = await troupe(["--help"], { env: { NODE_DEBUG: "esm,module" } });
    expect(loaded.out).toContain("Commands:");
    expect(loaded.err).not.toMatch(/node_modules\/(@grpc|yaml|protobufjs|@kubernetes|ws)/);
    const other = await troupe(["get", "clusters"], { env: { NODE_DEBUG: "esm,module" } });
    expect(other.err).toMatch(/node_modules\/@grpc/);
    expect(other.err).not.toMatch(/node_modules\/(@kubernetes|undici|ws)/);
  });
});
