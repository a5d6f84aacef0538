import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start } from "./steps.ts";

const examples = "/opt/hadoop/share/hadoop/mapreduce/hadoop-mapreduce-examples-3.4.2.jar";

const coord = (image: string) => `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: coord, namespace: data}, spec: {app: zookeeper@3.9.3, roles: {server: {members: 1, image: "${image}", memory: 256Mi, volumes: {data: {size: 1Gi}}}}}}`;
const lake = (image: string) => `
apiVersion: troupe.dev/v1
kind: Cluster
metadata: {name: lake, namespace: data}
spec:
  app: hadoop@3.4.2
  needs: {zk: coord}
  roles:
    journalnode: {image: "${image}", memory: 512Mi, volumes: {data: {size: 1Gi}}}
    namenode: {image: "${image}", memory: 1Gi, volumes: {data: {size: 1Gi}}}
    datanode: {image: "${image}", memory: 512Mi, volumes: {data: {size: 1Gi}}}
    resourcemanager: {image: "${image}", memory: 1Gi}
    nodemanager: {image: "${image}", members: 2}
`;

describeOnRealNodes("Hadoop on real nodes", () => {
  let stage: Stage;
  let images: readonly [zookeeper: string, hadoop: string];
  const shell = (pod: string, script: string) => stage.exec("data", pod, "sh", "-euc", script);
  const until = (pod: string, condition: string) => shell(pod, `until ${condition}; do sleep 1; done 2>/dev/null`);

  beforeAll(async () => {
    stage = await startStage();
    images = [await stage.imageOf("zookeeper"), await stage.imageOf("hadoop")];
    for (const app of ["zookeeper", "hadoop"]) await publish(stage, app);
  });
  afterAll(() => stage?.stop());

  test("eleven members, which need a ZooKeeper, become Ready", async () => {
    const [zookeeper, hadoop] = images;
    await start(stage, coord(zookeeper));
    await start(stage, lake(hadoop), 590);
  }, 600_000);

  test("a file that is put is got back as it was", async () => {
    await shell("lake-datanode-0", "seq 1 200000 >/tmp/numbers; hdfs dfs -put /tmp/numbers /numbers; hdfs dfs -get /numbers /tmp/back; cmp /tmp/numbers /tmp/back");
    expect(await shell("lake-datanode-1", "hdfs dfs -checksum /numbers")).toMatch(/^\/numbers\tMD5-of-0MD5-of-512CRC32C\t[0-9a-f]{56}\n$/);
  });

  test("it is read while the active namenode and a data node are away, and these come back", async () => {
    const active = (await shell("lake-namenode-0", "/troupe/app/namenode-state.sh")).startsWith("active") ? 0 : 1;
    const back = Promise.all(["lake-datanode-1", `lake-namenode-${active}`].map((pod) => replacePod(stage, "data", pod, 280_000)));
    await shell("lake-datanode-0", "hdfs dfs -cat /numbers | cmp - /tmp/numbers");
    await back;
    expect(await shell(`lake-namenode-${1 - active}`, "/troupe/app/namenode-state.sh")).toMatch(/^active /);
    await until(`lake-namenode-${active}`, "/troupe/app/namenode-healthy.sh");
    await until("lake-datanode-1", "/troupe/app/datanode-healthy.sh");
    await shell("lake-datanode-1", "hdfs dfs -get /numbers /tmp/back; seq 1 200000 | cmp - /tmp/back");
  }, 600_000);

  test("YARN runs a job to its end", async () => {
    await shell("lake-datanode-0", `printf 'to be\\nor not\\nto be\\n' | hdfs dfs -put - /words; yarn jar ${examples} wordcount /words /counts`);
    expect(await shell("lake-datanode-0", "hdfs dfs -cat /counts/part-r-*")).toBe("be\t2\nnot\t1\nor\t1\nto\t2\n");
  }, 600_000);
});
