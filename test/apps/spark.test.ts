import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start } from "./steps.ts";

const [master, ...workers] = ["etl-master-0", "etl-worker-0", "etl-worker-1"] as const;
/** For the drivers and executors too, which have it from where they are started: on two cores the other compiler is what takes most time. */
const quick = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1";
const examples = "/opt/spark/examples/src/main/python";

describeOnRealNodes("Spark on real nodes", () => {
  let stage: Stage;
  let image: string;
  const shell = (pod: string, script: string, ...args: readonly string[]) => stage.exec("data", pod, "sh", "-c", script, "sh", ...args);
  /** As a person does it who has a shell on the master: the driver runs there. */
  const submit = (program: string) => shell(master, `/opt/spark/bin/spark-submit --master "spark://$SPARK_MASTER_HOST:7077" ${program}`);
  const write = (pod: string, file: string, text: string) => shell(pod, 'printf %s "$2" >"$1"', file, text);

  beforeAll(async () => {
    stage = await startStage();
    image = await stage.imageOf("spark");
    await publish(stage, "spark");
  });
  afterAll(() => stage?.stop());

  test("a master and two workers become Ready", async () => {
    const role = `image: "${image}", env: {JAVA_TOOL_OPTIONS: "${quick}"}`;
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: etl, namespace: data}, spec: {app: spark@4.0.1, roles: {master: {${role}}, worker: {${role}, members: 2}}}}`);
  });

  test("they work out Pi", async () => {
    expect(await submit(`${examples}/pi.py 4`)).toMatch(/^Pi is roughly 3\.1\d/m);
  });

  test("they count the words of a file", async () => {
    // There is no file system that all share: the driver looks at the file for its size, and the workers read it.
    for (const pod of [master, ...workers]) await write(pod, "/tmp/words.txt", "to be\nor not\nto be\n");
    const counts = (await submit(`${examples}/wordcount.py /tmp/words.txt`)).trim().split("\n");
    expect(counts.toSorted()).toEqual(["be: 2", "not: 1", "or: 1", "to: 2"]);
  });

  test("a job goes on without a worker that is lost, and with the one that comes instead", async () => {
    await write(master, "/tmp/rounds.py", await readFile(join(import.meta.dirname, "fixtures/rounds.py"), "utf8"));
    const job = submit("/tmp/rounds.py");
    const takePart = (workers: number) => Promise.race([job, shell(master, 'until [ "$(grep -c . /tmp/seen)" -ge "$1" ]; do sleep 1; done 2>/dev/null', String(workers))]);
    await takePart(2);
    await replacePod(stage, "data", "etl-worker-1");
    await takePart(3);
    await write(master, "/tmp/enough", "");
    expect(await job).toBe("all were right\n");
  }, 600_000);
});
