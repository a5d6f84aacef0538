import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { manifestOf } from "../world/steps.ts";
import { memoryOf } from "./memory.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, publishText, replacePod } from "./steps.ts";

const namespace = "default";
const name = `projects/${namespace}/pipelines/clicks`;
const clusters = ["log", "engine", "table", "job"];

/** On two cores the other compiler is what takes most time. */
const quick = `env: {JAVA_TOOL_OPTIONS: "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"}`;

/** As the one of deploy/pipelines, with as few members as can be. */
const pipeline = ([kafka, spark, postgres, job]: readonly string[]) => `
apiVersion: troupe.dev/v1
kind: Pipeline
metadata: {name: clicks, namespace: ${namespace}}
spec:
  clusters:
    log:
      app: kafka
      roles:
        controller: {members: 1, image: "${kafka}", memory: 512Mi, volumes: {data: {size: 1Gi}}}
        broker: {members: 1, image: "${kafka}", memory: 768Mi, volumes: {data: {size: 1Gi}}}
    engine: {app: spark, roles: {master: {image: "${spark}"}, worker: {image: "${spark}", members: 1, ${quick}}}}
    table: {app: postgres, roles: {server: {image: "${postgres}", members: 1, memory: 512Mi, volumes: {data: {size: 1Gi}}}}}
    job: {app: clicks-job, needs: {log: log, engine: engine, table: table}, roles: {driver: {image: "${job}", ${quick}}}}
`;

/** The job of deploy/pipelines; its packages come with the image, since there is no way out of these nodes. */
async function jobDefinition(): Promise<string> {
  const [definition = ""] = (await readFile(join(import.meta.dirname, "../../deploy/pipelines/clicks.yaml"), "utf8")).split(/^---$/m);
  return replaced(definition, /--packages\n( +- ).*$/m, "--jars\n$1/opt/job/jars/*.jar");
}

function replaced(text: string, what: RegExp, by: string): string {
  if (!what.test(text)) throw new Error(`the definition has no ${what.source}`);
  return text.replace(what, by);
}

describeOnRealNodes("A pipeline on real nodes", () => {
  let stage: Stage;
  const images: string[] = [];
  const shell = (pod: string, script: string, ...args: readonly string[]) => stage.exec(namespace, pod, "sh", "-c", script, "sh", ...args);
  const produce = (from: number, to: number) =>
    shell("clicks-log-broker-0", 'seq -f "page-%g" "$1" "$2" | /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server localhost:9092 --topic clicks', String(from), String(to));
  /** Distinct ones: a batch that was written and not noted as such is written again. */
  const arrived = (count: number) => shell("clicks-table-server-0", `until [ "$(psql -XAtqc 'select count(distinct page) from clicks')" = "$1" ]; do sleep 1; done 2>/dev/null`, String(count));
  const ask = (query: string) => shell("clicks-table-server-0", 'psql -XAtqc "$1"', query);

  beforeAll(async () => {
    stage = await startStage();
    for (const image of ["kafka", "spark", "postgres", "spark-job"]) images.push(await stage.imageOf(image));
    for (const app of ["kafka", "spark"]) await publish(stage, app);
    // The Service `rw` leads nowhere, as no member is asked for its standing yet: the address of the only one goes instead.
    await publish(stage, "postgres", (text) => replaced(text, /roles\.server\.service\('rw'\)/, "roles.server.hosts('sql')[0]"));
    await publishText(stage, await jobDefinition());
  });
  afterAll(() => stage?.stop());

  test("four clusters become Ready as one", async () => {
    const startedMs = performance.now();
    const source = { $case: "manifest" as const, value: manifestOf(pipeline(images)) };
    await stage.pipelines.update({ name: "", source, allowMissing: true, etag: "", requestId: "", validateOnly: false });
    const { done } = await stage.pipelines.wait({ name, until: 1, timeout: { seconds: 600n, nanos: 0 }, generation: 0n }, { deadlineMs: 605_000 });
    const readySeconds = (performance.now() - startedMs) / 1000;
    const memory = await Promise.all(clusters.map(async (key) => [...(await memoryOf(stage.kubernetes, namespace, `clicks-${key}`))].map(([role, mib]) => `${key} ${role} ${mib} MiB`)));
    console.log(`${name}: Ready after ${readySeconds.toFixed(1)} s; memory: ${memory.flat().join(", ")}`);
    expect(done).toBe(true);
  });

  test("records of the topic arrive as rows of the table", async () => {
    await produce(1, 1000);
    await arrived(1000);
    expect(await ask("select min(page), max(page) from clicks")).toBe("page-1|page-999\n");
  });

  test("a job whose pod is lost goes on where it was", async () => {
    await replacePod(stage, namespace, "clicks-job-driver-0");
    await produce(1001, 1500);
    await arrived(1500);
    expect(await ask("select count(*) from clicks where page = 'page-1'")).toBe("1\n");
  });
});
