import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { type Stage, startStage } from "./stage.ts";
import { publishText, replacePod, start, turn } from "./steps.ts";

describeOnRealNodes("Redis on real nodes", () => {
  let stage: Stage;
  const ask = async (...command: readonly string[]) => (await stage.exec("data", "cache-server-0", "redis-cli", ...command)).trim();

  beforeAll(async () => {
    stage = await startStage();
    await publishText(stage, await readFile(join(import.meta.dirname, "definitions/redis.yaml"), "utf8"));
  });
  afterAll(() => stage?.stop());

  test("a server becomes Ready, and asks for the password", async () => {
    const image = await stage.imageOf("redis");
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: cache, namespace: data}, spec: {app: redis@8.2.2, roles: {server: {image: "${image}", memory: 128Mi, volumes: {data: {size: 1Gi}}}}}}`);
    expect(await ask("set", "greeting", "hello")).toBe("OK");
    expect(await ask("-h", "cache-server.data.svc.cluster.local", "get", "greeting")).toBe("hello");
    expect(await ask("-a", "not-it", "--no-auth-warning", "get", "greeting")).toContain("NOAUTH");
  });

  test("it has its keys after its pod is gone", async () => {
    await replacePod(stage, "data", "cache-server-0");
    expect(await ask("get", "greeting")).toBe("hello");
  });

  test("it has its keys after a stop and a start", async () => {
    await ask("set", "farewell", "bye");
    await turn(stage, "projects/data/clusters/cache", { stopped: true });
    await turn(stage, "projects/data/clusters/cache", { stopped: false });
    expect(await ask("mget", "greeting", "farewell")).toBe("hello\nbye");
  });
});
