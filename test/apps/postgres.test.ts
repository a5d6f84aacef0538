import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { ready } from "../world/steps.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start, turn } from "./steps.ts";

const name = "projects/data/clusters/orders";

describeOnRealNodes("PostgreSQL on real nodes", () => {
  let stage: Stage;
  const psql = (query: string, ...options: readonly string[]) => stage.exec("data", "orders-server-0", "psql", "-XAtq", ...options, "-c", query);
  const kubectl = (...args: readonly string[]) => stage.kubernetes.kubectl(...args, "-n", "data");

  beforeAll(async () => {
    stage = await startStage();
    await publish(stage, "postgres");
  });
  afterAll(() => stage?.stop());

  test("a database is made by the first start", async () => {
    const image = await stage.imageOf("postgres");
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: orders, namespace: data}, spec: {app: postgres@17.6, roles: {server: {image: "${image}", memory: 256Mi, volumes: {data: {size: 1Gi}}}}}}`);
    await psql("create table ordered as select id, md5(id::text) as what from generate_series(1, 1000) as id");
    expect((await psql("select count(*), max(id) from ordered")).trim()).toBe("1000|1000");
  });

  test("it has its rows after its pod is gone", async () => {
    await replacePod(stage, "data", "orders-server-0");
    expect((await psql("select count(distinct what) from ordered")).trim()).toBe("1000");
  });

  test("stopped, it has no pod and keeps its volume; started, it has its rows", async () => {
    await turn(stage, name, { stopped: true });
    expect(await kubectl("get", "pods", "-o", "name")).toBe("");
    expect(await kubectl("get", "pvc", "-o", "name")).toContain("persistentvolumeclaim/");
    await turn(stage, name, { stopped: false });
    expect((await psql("select count(distinct what) from ordered")).trim()).toBe("1000");
  });

  test("clients reach the primary by the exported name, with the exported password", async () => {
    // Members are not asked for their standing yet: a person says which of them is the primary, as it says itself.
    expect(await stage.exec("data", "orders-server-0", "/troupe/app/standing.sh")).toMatch(/^primary \d+$/m);
    await kubectl("label", "pod", "orders-server-0", "troupe.dev/standing=primary");
    const { status } = await ready(stage, name);
    const [host, port] = (status?.exports["rw"] ?? "").split(":");
    const { secret, key } = status?.secretExports["password"] ?? {};
    const password = Buffer.from(await kubectl("get", "secret", String(secret), "-o", `jsonpath={.data.${key}}`), "base64").toString();
    expect((await psql("select count(*) from ordered", `postgresql://postgres:${password}@${host}:${port}/postgres?connect_timeout=30`)).trim()).toBe("1000");
    await expect(psql("select 1", `postgresql://postgres:not-it@${host}:${port}/postgres?connect_timeout=30`)).rejects.toThrow("password authentication failed");
  });
});
