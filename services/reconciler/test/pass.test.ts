import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Kubernetes, startKubernetes } from "@troupe/deploy/local/kubernetes";
import { type Nodes, startNodes } from "@troupe/deploy/local/nodes";
import { readyTarget } from "@troupe/deploy/local/target";
import { parseApp } from "@troupe/domain/language/app";
import { parseDocument } from "@troupe/domain/language/document";
import type { App } from "@troupe/domain/language/app";
import type { ClusterRecord } from "@troupe/domain/life/record";
import type { ClusterStatus } from "@troupe/domain/life/status";
import type { Sources } from "@troupe/domain/plan/sources";
import { aRoleSpec, aSpec, someSources } from "@troupe/domain/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KubeCache } from "../src/kube/cache.ts";
import { Credentials } from "../src/kube/credentials.ts";
import { HttpKube } from "../src/kube/http-kube.ts";
import { watchedKinds } from "../src/kube/kinds.ts";
import { reflect } from "../src/kube/reflector.ts";
import { Warnings } from "../src/kube/warnings.ts";
import { type Pass, reconcile } from "../src/pass/reconcile.ts";

const definition = `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: sample}
spec:
  version: "1.0.0"
  image: registry.example/sample:1
  user: 1000
  secrets: {token: {generate: hex, bytes: 8}}
  env: {TOKEN: "\${{ secrets.token }}", PEERS: "\${{ roles.first.all.map(m, m.host).join(',') }}"}
  files: {/etc/sample/sample.conf: {text: "id=\${{ member.id }}"}}
  volumes: {data: {path: /data, size: 1Gi}}
  roles:
    first: {members: 2, ports: {main: 4000}}
    second: {members: 1+, after: [first], idBase: 100}
`;

/** Passes one after another, whenever the target has shown something new, as the queue makes them. */
class Driver {
  readonly requests: string[] = [];
  readonly cache: KubeCache;
  readonly kube: HttpKube;
  readonly #stop = new AbortController();
  #changed: () => void = () => {};
  #owner = { epoch: 1, isCertain: true };

  constructor(kubernetes: Kubernetes) {
    const credentials = new Credentials({ kind: "kubeconfig", file: kubernetes.kubeconfigPath, context: kubernetes.context }, () => performance.now());
    this.kube = new HttpKube({ credentials, onRequest: (verb, kind) => this.requests.push(`${verb} ${kind}`) });
    this.cache = new KubeCache(() => this.#changed(), () => this.#changed());
    for (const kind of watchedKinds) void reflect({ kube: this.kube, kind, sink: this.cache, random: Math.random, nowMs: () => performance.now(), signal: this.#stop.signal });
  }

  async until(sources: Sources, app: App, isSo: (status: ClusterStatus, record: ClusterRecord | undefined) => boolean): Promise<ClusterStatus> {
    for (;;) {
      const change = new Promise<void>((resolve) => (this.#changed = resolve));
      let last: ClusterStatus | undefined;
      let record: ClusterRecord | undefined;
      const reporter: Pass["reporter"] = { report: (_uid, status, saved) => void ([last, record] = [status, saved]) };
      if (this.cache.synced) await reconcile({ kube: this.kube, cache: this.cache, warnings: new Warnings(() => {}), reporter, owner: this.#owner, domain: "cluster.local", nowMs: () => Date.now() }, sources, app);
      if (last && isSo(last, record)) return last;
      await change;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("the test is over"));
    await this.kube.close();
  }
}

let kubernetes: Kubernetes;
let nodes: Nodes;
let driver: Driver;
const app = parseApp(parseDocument(definition));
const sources = someSources({ spec: aSpec({ roles: { second: aRoleSpec({ members: 2 }) } }) });

beforeAll(async () => {
  kubernetes = await startKubernetes();
  nodes = await startNodes({ kubernetes });
  await readyTarget(kubernetes.kubeconfigPath, kubernetes.context);
  driver = new Driver(kubernetes);
});
afterAll(async () => {
  await driver?.stop();
  await nodes?.stop();
  await kubernetes?.stop();
});

describe("passes on a real API server", () => {
  test("bring a cluster to Ready, its namespace included, within the budget of requests", async () => {
    const status = await driver.until(sources, app, ({ state }) => state === "ready");
    expect(status.members.map(({ name, ready }) => [name, ready])).toEqual([["c-first-0", true], ["c-first-1", true], ["c-second-0", true], ["c-second-1", true]]);
    const writes = driver.requests.filter((request) => !/^(list|watch) /.test(request));
    // 4 pods, 4 claims, account, headless Service, files, context, 2 budgets, Secret, record · namespace: refused once, then made · 2 more of the record
    expect(writes.filter((request) => request.startsWith("create"))).toHaveLength(4 + 4 + 1 + 1 + 1 + 1 + 2 + 1 + 1 + 2);
    expect(writes.filter((request) => request.startsWith("patch"))).toEqual(["patch ClusterRecord", "patch ClusterRecord"]);
    expect(writes.filter((request) => /^(apply|delete)/.test(request))).toEqual([]);
  });

  test("then nothing is left to do: what the server added is no difference", async () => {
    driver.requests.length = 0;
    await driver.until(sources, app, () => true);
    expect(driver.requests).toEqual([]);
  });

  test("what somebody else changed is put right, with one request", async () => {
    driver.requests.length = 0;
    await kubernetes.kubectl("-n", "shop", "patch", "service", "c-all", "--type=merge", "-p", '{"spec":{"publishNotReadyAddresses":false}}');
    const service = async () => JSON.parse(await kubernetes.kubectl("-n", "shop", "get", "service", "c-all", "-o", "json")) as { spec: { publishNotReadyAddresses?: boolean } };
    await driver.until(sources, app, () => driver.requests.length > 0);
    expect((await service()).spec.publishNotReadyAddresses).toBe(true);
    expect(driver.requests).toEqual(["apply Service"]);
  });

  test("a deletion leaves claims and the Secret, and the record goes last", async () => {
    const status = await driver.until({ ...sources, version: 2, intent: { kind: "delete", deleteVolumes: false } }, app, ({ gone }) => gone);
    expect(status.kept).toHaveLength(5);
    const left = await kubernetes.kubectl("-n", "shop", "get", "pods,services,configmaps,poddisruptionbudgets,clusterrecords", "-l", "app.kubernetes.io/managed-by=troupe", "-o", "name");
    expect(left).toBe("");
  });

  test("with volumes asked for by name nothing is left", async () => {
    const other = { ...sources, uid: "01900000-0000-7000-8000-000000000002", name: "d" };
    await driver.until(other, app, ({ state }) => state === "ready");
    await driver.until({ ...other, version: 2, intent: { kind: "delete", deleteVolumes: true } }, app, ({ gone }) => gone);
    expect(await kubernetes.kubectl("-n", "shop", "get", "pvc,secrets", "-l", "app.kubernetes.io/instance=d", "-o", "name")).toBe("");
  });
});

test("the definition of custom resources is as installed: applying it again changes nothing", async () => {
  const file = join(import.meta.dirname, "../../../deploy/kubernetes/crds.yaml");
  expect(await readFile(file, "utf8")).toContain("clusterrecords.troupe.dev");
  expect(await kubernetes.kubectl("diff", "--server-side", "--force-conflicts", "-f", file)).toBe("");
});
