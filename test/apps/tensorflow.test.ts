import { ClusterState } from "@troupe/proto/troupe/v1/cluster";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { eventually } from "../world/eventually.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, start } from "./steps.ts";

describeOnRealNodes("TensorFlow on real nodes", () => {
  let stage: Stage;
  let image: string;

  beforeAll(async () => {
    stage = await startStage();
    await publish(stage, "tensorflow");
    image = await stage.imageOf("tensorflow");
  });
  afterAll(() => stage?.stop());

  /** Starts a run of one of the package's examples, and resolves when it has come to its end, with what its chief wrote. */
  async function run(name: string, example: string, members: Readonly<Record<string, number>>): Promise<string> {
    const roles = Object.fromEntries(Object.entries(members).map(([role, count]) => [role, { members: count, image, memory: "1536Mi" }]));
    const spec = { app: "tensorflow@2.19.0", params: { command: ["python", `/troupe/app/${example}`] }, roles };
    await start(stage, JSON.stringify({ apiVersion: "troupe.dev/v1", kind: "Cluster", metadata: { name, namespace: "ml" }, spec }));
    await eventually(`${name} is completed`, async () => (await stage.clusters.get({ name: `projects/ml/clusters/${name}` })).status?.state === ClusterState.CLUSTER_STATE_COMPLETED, 240_000);
    return stage.kubernetes.kubectl("logs", "-n", "ml", `${name}-chief-0`);
  }

  const podsOf = async (name: string) => (await stage.kubernetes.kubectl("get", "pods", "-n", "ml", "-l", `app.kubernetes.io/instance=${name}`, "--no-headers")).trim().split("\n");

  test("with parameter servers a run ends with its chief, which has fitted the line, and the others are stopped", async () => {
    const written = await run("served", "example.py", { chief: 1, ps: 1, worker: 2 });
    expect(written).toMatch(/epoch 9: slope (2\.9|3\.0)\d+, offset (1\.9|2\.0)\d+/);
    await eventually("only the chief's pod is left", async () => (await podsOf("served")).length === 1);
    expect(await podsOf("served")).toEqual([expect.stringMatching(/^served-chief-0 .*Completed/)]);
  });

  test("without them chief and workers fit it together", async () => {
    const written = await run("mirrored", "mirrored.py", { chief: 1, worker: 2 });
    expect(written).toMatch(/epoch 9, 3 replicas: slope (2\.9|3\.0)\d+, offset (1\.9|2\.0)\d+/);
  });
});
