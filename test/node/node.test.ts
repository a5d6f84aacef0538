import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { V1Container, V1Node, V1PersistentVolume, V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../world/eventually.ts";
import { type RealCluster, startRealCluster } from "./cluster.ts";
import { sweepLeftovers } from "./leftovers.ts";
import type { RealNode } from "./node.ts";
import { smallImage } from "./small-image.ts";
import { leftOf, tracesOf } from "./traces.ts";
import { whyNot } from "./whether.ts";

const why = process.env["TROUPE_TEST_KUBECONFIG"] === undefined ? await whyNot() : "these are the tests of nodes of our own";
if (why !== undefined) console.log(why);

let cluster: RealCluster;
let image: string;

async function get<T>(path: string): Promise<T | undefined> {
  const { status, body } = await cluster.request("GET", path);
  return status === 200 ? (body as T) : undefined;
}

interface Made {
  readonly on?: string;
  readonly container?: Partial<V1Container>;
  readonly spec?: Partial<V1PodSpec>;
}

const pods = "/api/v1/namespaces/default/pods";

/** Serves its own name at :8080, and is in the headless Service "all" and in the Service "one". */
async function makePod(name: string, { on, container, spec }: Made = {}): Promise<V1Pod> {
  await cluster.apply(`${pods}/${name}`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: "small" } },
    spec: {
      hostname: name,
      subdomain: "all",
      terminationGracePeriodSeconds: 0,
      ...(on !== undefined && { nodeSelector: { "kubernetes.io/hostname": on } }),
      containers: [{ name: "main", image, command: ["sh", "-c", "echo $HOSTNAME >/tmp/index.html; echo serving; exec httpd -f -p 8080 -h /tmp"], ...container }],
      ...spec,
    },
  });
  return eventually(`${name} is Ready`, async () => {
    const pod = await get<V1Pod>(`${pods}/${name}`);
    return pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ? pod : undefined;
  });
}

async function makeService(name: string, clusterIP?: "None"): Promise<string> {
  const path = `/api/v1/namespaces/default/services/${name}`;
  const ports = [{ name: "http", port: 80, targetPort: 8080 }];
  await cluster.apply(path, { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ...(clusterIP && { clusterIP }), selector: { app: "small" }, ports } });
  return (await get<{ spec: { clusterIP: string } }>(path))?.spec.clusterIP ?? "";
}

async function exec(pod: string, ...command: readonly string[]): Promise<string> {
  return (await cluster.kubectl("exec", pod, "--", ...command)).trim();
}

async function nodeIs(name: string, wanted: "True" | "Unknown"): Promise<void> {
  await eventually(`Ready of ${name} is ${wanted}`, async () => {
    const node = await get<V1Node>(`/api/v1/nodes/${name}`);
    return node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === wanted);
  });
}

function node(name: string): RealNode {
  return cluster.nodes.find((each) => each.name === name) as RealNode;
}

describe.skipIf(why !== undefined)("real nodes", () => {
  beforeAll(async () => {
    cluster = await startRealCluster();
    const { archive, reference } = await smallImage(console.log);
    await cluster.importImage(archive);
    image = reference;
    await makeService("all", "None");
  }, 900_000);
  afterAll(() => cluster?.stop());

  test("are Ready", async () => {
    expect(cluster.nodes.map(({ name }) => name)).toEqual(["node-1", "node-2", "node-3"]);
    for (const { name } of cluster.nodes) await nodeIs(name, "True");
  });

  test("run pods, whose logs can be read and in which commands are run", async () => {
    await makePod("first", { on: "node-1" });
    expect(await cluster.kubectl("logs", "first")).toBe("serving\n");
    expect(await exec("first", "cat", "/tmp/index.html")).toBe("first");
    await expect(exec("first", "sh", "-c", "echo why >&2; exit 3")).rejects.toThrow(/why/);
  });

  test("let pods find each other by name, on the same node and on another", async () => {
    await makePod("neighbour", { on: "node-1" });
    await makePod("second", { on: "node-2" });
    for (const other of ["first", "neighbour", "second"]) {
      const answer = eventually(`first reaches ${other}`, () => exec("first", "wget", "-q", "-O-", `http://${other}.all.default.svc.cluster.local:8080`), 20_000);
      expect(await answer).toBe(other);
    }
  });

  test("lead from the address of a Service to each of its pods, also from one of them to itself", async () => {
    const address = await makeService("one");
    const heard = new Set<string>();
    await eventually("all have answered", async () => {
      heard.add(await exec("first", "wget", "-q", "-O-", `http://${address}`));
      return heard.size === 3;
    });
    expect([...heard].sort()).toEqual(["first", "neighbour", "second"]);
    expect([...heard]).toContain(await exec("first", "wget", "-q", "-O-", "http://one"));
  });

  test("know that no other name exists", async () => {
    expect(await exec("first", "sh", "-c", "nslookup example.test || true")).toContain("NXDOMAIN");
  });

  test("let a pod speak to Kubernetes with its account", async () => {
    const token = await exec("first", "cat", "/var/run/secrets/kubernetes.io/serviceaccount/token");
    const answer = exec("first", "sh", "-c", `printf 'GET /version HTTP/1.0\\r\\n\\r\\n' | timeout 5 nc kubernetes.default 443`);
    expect(token.split(".")).toHaveLength(3);
    expect(await answer).toContain("400 Bad Request"); // it does speak, and wants TLS
  });

  test("keep a volume when its pod goes, for the group of the pod, and remove it with its claim", async () => {
    const claims = "/api/v1/namespaces/default/persistentvolumeclaims";
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    await cluster.apply(`${claims}/data`, { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" }, spec: claim });
    const made: Made = {
      container: { volumeMounts: [{ name: "data", mountPath: "/data" }] },
      spec: { securityContext: { runAsUser: 1000, fsGroup: 2000 }, volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] },
    };
    const before = await makePod("keeper", made);
    await exec("keeper", "sh", "-c", "echo kept >/data/fact");
    expect(await exec("keeper", "stat", "-c", "%g", "/data")).toBe("2000");
    await cluster.kubectl("delete", "pod", "keeper", "--wait");
    const after = await makePod("keeper", made);
    expect(await exec("keeper", "cat", "/data/fact")).toBe("kept");
    expect(after.spec?.nodeName).toBe(before.spec?.nodeName);

    const { items } = (await get<{ items: V1PersistentVolume[] }>("/api/v1/persistentvolumes")) as { items: V1PersistentVolume[] };
    const path = items[0]?.spec?.local?.path ?? "";
    expect(await readFile(join(path, "fact"), "utf8")).toBe("kept\n");
    await cluster.kubectl("delete", "pod/keeper", "pvc/data", "--wait");
    await eventually("the volume is gone", async () => (await get<{ items: unknown[] }>("/api/v1/persistentvolumes"))?.items.length === 0);
    await expect(access(path)).rejects.toThrow(/ENOENT/);
  });

  test("are not Ready while their kubelet is away; their pods run on", async () => {
    const before = await get<V1Pod>(`${pods}/second`);
    await node("node-2").stopKubelet();
    await nodeIs("node-2", "Unknown");
    await node("node-2").startKubelet();
    await nodeIs("node-2", "True");
    const after = await makePod("second", { on: "node-2" });
    expect(after.status?.containerStatuses?.[0]?.containerID).toBe(before?.status?.containerStatuses?.[0]?.containerID);
  });

  test("are not Ready while they are cut off, and cannot be reached", async () => {
    const ask = () => exec("first", "timeout", "2", "wget", "-q", "-O-", `http://second.all.default.svc.cluster.local:8080`);
    await node("node-2").cutOff();
    await nodeIs("node-2", "Unknown");
    await expect(ask()).rejects.toThrow();
    await node("node-2").reconnect();
    expect(await eventually("first reaches second again", ask)).toBe("second");
  });

  test("can be lost and added; a new one has the images and another name", async () => {
    await node("node-3").lose();
    expect(await get("/api/v1/nodes/node-3")).toBeUndefined();
    const added = await cluster.addNode();
    expect(cluster.nodes.map(({ name }) => name)).toEqual(["node-1", "node-2", "node-4"]);
    const pod = await makePod("fourth", { on: added.name });
    expect(pod.spec?.nodeName).toBe("node-4");
    expect(await eventually("first reaches fourth", () => exec("first", "wget", "-q", "-O-", "http://fourth.all:8080"))).toBe("fourth");
  });

  test("leave nothing when they are stopped", async () => {
    const traces = await tracesOf(folderOf(cluster.kubeconfigPath));
    expect(traces.processes.size).toBeGreaterThan(20);
    await cluster.stop();
    expect(await leftOf(traces)).toEqual([]);
  });

  test("leave nothing when the process that started them is killed", async () => {
    const { owner, traces } = await startOwner();
    owner.kill("SIGKILL");
    await eventually("nothing is left", async () => (await leftOf(traces)).length === 0);
  });

  test("are removed by the next start when all were killed that would have done it", async () => {
    const { owner, traces } = await startOwner();
    for (const keeper of await shellsOf(owner.pid)) process.kill(keeper, "SIGKILL");
    owner.kill("SIGKILL");
    await once(owner, "exit");
    expect(await leftOf(traces)).not.toEqual([]);
    await sweepLeftovers();
    expect(await leftOf(traces)).toEqual([]);
  });
});

function folderOf(kubeconfigPath: string): string {
  return dirname(dirname(kubeconfigPath));
}

async function startOwner() {
  const owner = spawn(process.execPath, [join(import.meta.dirname, "owner.ts")], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await once(owner.stdout, "data");
  return { owner, traces: await tracesOf(folderOf(String(printed).trim())) };
}

/** The leashes of its parts, and what sweeps at its death. */
async function shellsOf(parent: number | undefined): Promise<readonly number[]> {
  const found = await Promise.all(
    (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      const [, name, , of] = /^\d+ \((.*)\) (\S) (\d+)/.exec(stat) ?? [];
      return name === "sh" && Number(of) === parent ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
