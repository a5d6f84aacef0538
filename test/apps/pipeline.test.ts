import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNot } from "../node/whether.ts";
import { manifestOf } from "../world/steps.ts";
import { memoryOf } from "./memory.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod } from "./steps.ts";

const why = await whyNot();

/** On two cores the other compiler is what takes most time. */
const quick = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1";

const pipeline = ([kafka, spark, postgres, job]: readonly string[]) => `
apiVersion: troupe.dev/v1
kind: Pipeline
metadata: {name: visits, namespace: data}
spec:
  clusters:
    log: {app: kafka, roles: {controller: {members: 1, image: "${kafka}", memory: 512Mi}, broker: {members: 1, image: "${kafka}", memory: 768Mi, volumes: {data: {size: 1Gi}}}}}
    engine: {app: spark, roles: {master: {image: "${spark}"}, worker: {image: "${spark}", members: 1, env: {JAVA_TOOL_OPTIONS: "${quick}"}}}}
    table: {app: postgres, roles: {server: {image: "${postgres}", members: 1, memory: 512Mi, volumes: {data: {size: 1Gi}}}}}
    job: {app: visits-job, needs: {log: log, engine: engine, table: table}, roles: {driver: {image: "${job}", env: {JAVA_TOOL_OPTIONS: "${quick}"}}}}
`;

/** Kafka → Spark → PostgreSQL: three of the catalogue, and a job that is nobody's but the test's. */
describe.skipIf(why !== undefined)(`A pipeline on real nodes${why === undefined ? "" : `: ${why}`}`, () => {
  let stage: Stage;
  const images: string[] = [];
  const shell = (pod: string, script: string, ...args: readonly string[]) => stage.exec("data", pod, "sh", "-c", script, "sh", ...args);
  const produce = (from: number, to: number) =>
    shell("visits-log-broker-0", 'seq -f "visitor-%g" "$1" "$2" | /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server localhost:9092 --topic visits', String(from), String(to));
  /** Distinct ones: a batch that was written and not noted as such is written again. */
  const arrived = (count: number) =>
    shell("visits-table-server-0", `until [ "$(psql -XAtqc 'select count(distinct visitor) from visits')" = "$1" ]; do sleep 1; done 2>/dev/null`, String(count));
  const ask = (query: string) => shell("visits-table-server-0", 'psql -XAtqc "$1"', query);

  beforeAll(async () => {
    stage = await startStage();
    for (const image of ["kafka", "spark", "postgres", "spark-job"]) images.push(await stage.imageOf(image));
    for (const app of ["kafka", "spark"]) await publish(stage, app);
    // The Service `rw` leads nowhere, as no member is asked for its standing yet: the address of the only one goes instead.
    await publish(stage, "postgres", (text) => text.replace("roles.server.service('rw')", "roles.server.hosts('sql')[0]"));
    const job = await readFile(join(import.meta.dirname, "fixtures/visits-job.yaml"), "utf8");
    await stage.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: manifestOf(job) });
  });
  afterAll(() => stage?.stop());

  test("four clusters become Ready as one", async () => {
    const startedMs = performance.now();
    const source = { $case: "manifest" as const, value: manifestOf(pipeline(images)) };
    await stage.pipelines.update({ name: "", source, allowMissing: true, etag: "", requestId: "", validateOnly: false });
    const name = "projects/data/pipelines/visits";
    const { done } = await stage.pipelines.wait({ name, until: 1, timeout: { seconds: 590n, nanos: 0 }, generation: 0n }, { deadlineMs: 595_000 });
    const readySeconds = (performance.now() - startedMs) / 1000;
    const clusters = ["log", "engine", "table", "job"].map(async (key) => [...(await memoryOf(stage.kubernetes, "data", `visits-${key}`))].map(([role, mib]) => `${key} ${role} ${mib} MiB`));
    console.log(`${name}: Ready after ${readySeconds.toFixed(1)} s; memory: ${(await Promise.all(clusters)).flat().join(", ")}`);
    expect(done).toBe(true);
  }, 600_000);

  test("records of the topic arrive as rows of the table", async () => {
    await produce(1, 1000);
    await arrived(1000);
    expect(await ask("select min(visitor), max(visitor) from visits")).toBe("visitor-1|visitor-999\n");
  });

  test("a job whose pod is lost goes on where it was", async () => {
    await replacePod(stage, "data", "visits-job-driver-0", 240_000);
    await produce(1001, 1500);
    await arrived(1500);
    expect(await ask("select count(*) from visits where visitor = 'visitor-1'")).toBe("1\n");
  }, 600_000);
});
