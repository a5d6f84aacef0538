import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNot } from "../node/whether.ts";
import { apply, catalogueManifest, ready } from "../world/steps.ts";
import { eventually } from "../world/eventually.ts";
import { type Stage, startStage } from "./stage.ts";

const why = await whyNot();
const name = "projects/data/clusters/coord";
const pods = [0, 1, 2].map((index) => `coord-server-${index}`);

describe.skipIf(why !== undefined)(`ZooKeeper on real nodes${why === undefined ? "" : `: ${why}`}`, () => {
  let stage: Stage;
  const ask = (pod: string, command: string) => stage.exec("data", pod, "sh", "-c", `zkCli.sh -server localhost:2181 ${command} 2>/dev/null`);

  beforeAll(async () => {
    stage = await startStage();
    await stage.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: await catalogueManifest("zookeeper") });
  });
  afterAll(() => stage?.stop());

  test("three members become Ready", async () => {
    const image = await stage.imageOf("zookeeper");
    await apply(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: coord, namespace: data}, spec: {app: zookeeper@3.9.3, roles: {server: {members: 3, image: "${image}", memory: 256Mi, volumes: {data: {size: 1Gi}}}}}}`);
    const startedMs = performance.now();
    await ready(stage, name, 150);
    console.log(`Ready after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  });

  test("what is written on one is read on the others", async () => {
    await ask(pods[0] ?? "", "create /greeting hello");
    for (const pod of pods) expect(await ask(pod, "get /greeting")).toContain("hello");
  });

  test("each member comes back with what it had", async () => {
    for (const pod of pods) {
      const { uid } = JSON.parse(await stage.kubernetes.kubectl("get", "pod", "-n", "data", pod, "-o", "jsonpath={.metadata}")) as { readonly uid: string };
      await stage.kubernetes.kubectl("delete", "pod", "-n", "data", pod, "--wait=false");
      await eventually(`${pod} is another pod, and ready`, async () => {
        const { metadata, status } = JSON.parse(await stage.kubernetes.kubectl("get", "pod", "-n", "data", pod, "-o", "json")) as { readonly metadata: { readonly uid: string }; readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } };
        return metadata.uid !== uid && status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
      }, 120_000);
      expect(await ask(pod, "get /greeting")).toContain("hello");
    }
  });
});
