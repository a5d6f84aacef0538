import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./world/eventually.ts";
import { envOf, get, names, pods } from "./world/kube.ts";
import { apply, deleted, manifestOf, publishCatalogue, ready, remove } from "./world/steps.ts";
import { startWorld, type World } from "./world/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await publishCatalogue(world);
});
afterAll(() => world?.stop());

const cluster = (name: string, namespace: string, spec: string) => `
apiVersion: troupe.dev/v1
kind: Cluster
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;

/** An app that reads what another offers. */
const reader = `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: reader}
spec:
  version: "1.0"
  image: registry.example/reader:1.0
  user: 1000
  needs: {source: {app: zookeeper}}
  env: {SOURCE: "\${{ needs.source.quorum }}"}
  roles: {worker: {members: 1+}}
`;

describe("several clusters of several apps in two projects", () => {
  test("all three of the catalogue become Ready side by side, a name twice in two projects", async () => {
    await Promise.all([
      apply(world, cluster("events", "payments", "{app: kafka}")),
      apply(world, cluster("etl", "data", "{app: spark, roles: {worker: {members: 2}}}")),
      apply(world, cluster("coord", "data", "{app: zookeeper}")),
      apply(world, cluster("events", "data", "{app: zookeeper, roles: {server: {members: 1}}}")),
    ]);
    await Promise.all(["payments/clusters/events", "data/clusters/etl", "data/clusters/coord", "data/clusters/events"].map((name) => ready(world, `projects/${name}`)));
    expect(names(await pods(world, "data", "etl"))).toEqual(["etl-master-0", "etl-worker-0", "etl-worker-1"]);
    expect(names(await pods(world, "data", "coord"))).toEqual(["coord-server-0", "coord-server-1", "coord-server-2"]);
    expect(names(await pods(world, "data", "events"))).toEqual(["events-server-0"]);
  });

  test("workers are made once their master is ready, and are told where it is", async () => {
    const [master, worker] = [await get(world, "pods", "data", "etl-master-0"), await get(world, "pods", "data", "etl-worker-0")];
    const readyAt = master?.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
    expect(Date.parse(String(worker?.metadata?.creationTimestamp))).toBeGreaterThanOrEqual(Date.parse(String(readyAt)));
    expect(worker?.spec?.containers[0]?.args).toEqual(["spark://etl-master-0.etl-all.data.svc.cluster.local:7077"]);
  });

  test("a cluster waits for what it needs, says so, and starts once it is offered", async () => {
    await world.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: manifestOf(reader) });
    await apply(world, cluster("report", "web", "{app: reader, needs: {source: zk}}"));
    const waiting = await eventually("it says what it waits for", async () => {
      const { status } = await world.clusters.get({ name: "projects/web/clusters/report" });
      return status?.waiting.find(({ reason }) => reason === "WaitingForNeeds");
    });
    expect(waiting.who).toBe("user");
    expect(await pods(world, "web", "report")).toEqual([]);
    await apply(world, cluster("zk", "web", "{app: zookeeper, roles: {server: {members: 1}}}"));
    await ready(world, "projects/web/clusters/report");
    expect(envOf(await get(world, "pods", "web", "report-worker-0"), "SOURCE")).toBe("zk-server-0.zk-all.web.svc.cluster.local:2181");
  });

  test("what others need cannot be deleted; the refusal names them", async () => {
    await expect(remove(world, "projects/web/clusters/zk")).rejects.toMatchObject({ kind: "conflict", message: expect.stringContaining("report") });
    await remove(world, "projects/web/clusters/report");
    await deleted(world, "projects/web/clusters/report");
    await remove(world, "projects/web/clusters/zk");
    await deleted(world, "projects/web/clusters/zk");
  });

  test("members are admitted where the restricted profile of Pod Security is enforced", async () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "strict", labels: { "pod-security.kubernetes.io/enforce": "restricted" } } };
    expect((await world.kubernetes.request("POST", "/api/v1/namespaces", namespace)).status).toBe(201);
    await Promise.all([apply(world, cluster("etl", "strict", "{app: spark}")), apply(world, cluster("events", "strict", "{app: kafka}"))]);
    await Promise.all(["etl", "events"].map((name) => ready(world, `projects/strict/clusters/${name}`)));
  });

  test("literal values stand in for a cluster", async () => {
    await apply(world, cluster("outside", "web", "{app: reader, needs: {source: {quorum: 'zk.example.com:2181'}}}"));
    await ready(world, "projects/web/clusters/outside");
    expect(envOf(await get(world, "pods", "web", "outside-worker-0"), "SOURCE")).toBe("zk.example.com:2181");
  });
});
