import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start, turn } from "./steps.ts";

describeOnRealNodes("etcd on real nodes", () => {
  let stage: Stage;
  const ask = async (...command: readonly string[]) => (await stage.exec("data", "kv-server-0", "etcdctl", ...command)).trim();

  beforeAll(async () => {
    stage = await startStage();
    const busybox = await stage.imageOf("busybox");
    await publish(stage, "etcd", (text) => text.replace(/image: busybox:\S+/, `image: ${busybox}`));
  });
  afterAll(() => stage?.stop());

  test("a member becomes Ready, and has what is put", async () => {
    const image = await stage.imageOf("etcd");
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: kv, namespace: data}, spec: {app: etcd@3.6.8, roles: {server: {members: 1, image: "${image}", memory: 256Mi, volumes: {data: {size: 1Gi}}}}}}`);
    expect(await ask("put", "greeting", "hello")).toBe("OK");
    expect(await ask("--endpoints", "http://kv-server-0.kv-all.data.svc.cluster.local:2379", "get", "greeting", "--print-value-only")).toBe("hello");
    expect(await stage.exec("data", "kv-server-0", "/troupe/app/standing.sh")).toMatch(/^leader \d+$/m);
  });

  test("it has its keys, and is the same member, after its pod is gone", async () => {
    const before = await ask("member", "list");
    await replacePod(stage, "data", "kv-server-0");
    expect(await ask("get", "greeting", "--print-value-only")).toBe("hello");
    expect(await ask("member", "list")).toBe(before);
  });

  test("it has its keys after a stop and a start", async () => {
    await ask("put", "farewell", "bye");
    await turn(stage, "projects/data/clusters/kv", { stopped: true });
    await turn(stage, "projects/data/clusters/kv", { stopped: false });
    expect(await ask("get", "", "--prefix", "--print-value-only")).toBe("bye\nhello");
  });
});
