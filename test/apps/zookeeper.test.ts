import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start } from "./steps.ts";

const pods = [0, 1, 2].map((index) => `coord-server-${index}`);

describeOnRealNodes("ZooKeeper on real nodes", () => {
  let stage: Stage;
  const ask = (pod: string, command: string) => stage.exec("data", pod, "sh", "-c", `zkCli.sh -server localhost:2181 ${command} 2>/dev/null`);

  beforeAll(async () => {
    stage = await startStage();
    await publish(stage, "zookeeper");
  });
  afterAll(() => stage?.stop());

  test("three members become Ready", async () => {
    const image = await stage.imageOf("zookeeper");
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: coord, namespace: data}, spec: {app: zookeeper@3.9.3, roles: {server: {image: "${image}", memory: 256Mi, volumes: {data: {size: 1Gi}}}}}}`);
  });

  test("what is written on one is read on the others", async () => {
    await ask("coord-server-0", "create /greeting hello");
    for (const pod of pods) expect(await ask(pod, "get /greeting")).toContain("hello");
  });

  test("each member comes back with what it had", async () => {
    for (const pod of pods) {
      await replacePod(stage, "data", pod);
      expect(await ask(pod, "get /greeting")).toContain("hello");
    }
  });
});
