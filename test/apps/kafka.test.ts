import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { eventually } from "../world/eventually.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start } from "./steps.ts";

const brokers = [0, 1, 2].map((index) => `events-broker-${index}.events-all.data.svc.cluster.local:9092`).join(",");

// At least 10,000 lines, and as many more as there is time for until it is told to end.
const numbers = "n=0; until [ -e /tmp/enough ] && [ $n -ge 10000 ]; do n=$((n + 1)); echo $n; [ $((n % 100)) -ne 0 ] || sleep 0.1; done";
// This tool gives up after 3 attempts, and after a second and a half of waiting, unless it is told otherwise; the rest is Kafka's default: acks=all, idempotent.
const patience = "--message-send-max-retries 2147483647 --request-timeout-ms 30000 --producer-property delivery.timeout.ms=300000";

describeOnRealNodes("Kafka on real nodes", () => {
  let stage: Stage;
  const onBroker = (script: string) => stage.exec("data", "events-broker-0", "env", "KAFKA_HEAP_OPTS=-Xmx96m", "sh", "-c", `cd /opt/kafka/bin; ${script}`);
  const tool = (name: string, options: string) => onBroker(`./kafka-${name}.sh --bootstrap-server ${brokers} ${options}`);
  const recordsIn = async (topic: string) => {
    const offsets = await onBroker(`./kafka-run-class.sh org.apache.kafka.tools.GetOffsetShell --bootstrap-server ${brokers} --topic ${topic}`);
    return [...offsets.matchAll(/:(\d+)$/gm)].reduce((sum, [, end]) => sum + Number(end), 0);
  };

  beforeAll(async () => {
    stage = await startStage();
    await publish(stage, "kafka");
  });
  afterAll(() => stage?.stop());

  test("three controllers and three brokers become Ready", async () => {
    const role = `image: "${await stage.imageOf("kafka")}", volumes: {data: {size: 1Gi}}`;
    // Fewer partitions of Kafka's own topic for groups, whose default of 50 takes a while to make on a small machine.
    const roles = `{controller: {${role}, memory: 512Mi}, broker: {${role}, memory: 768Mi, env: {KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: 3}}}`;
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: events, namespace: data}, spec: {app: kafka@4.1.0, roles: ${roles}}}`);
  });

  test("records that are produced while a broker and the leading controller are replaced arrive, each exactly once", async () => {
    await tool("topics", "--create --topic orders --partitions 3 --replication-factor 3 --config min.insync.replicas=2");
    const producing = onBroker(`(${numbers}; echo $n >/tmp/sent) | ./kafka-console-producer.sh --bootstrap-server ${brokers} --topic orders ${patience}`);
    const replacing = async () => {
      await eventually("the first records are there", async () => (await recordsIn("orders")) > 0);
      const [, leader] = /^LeaderId:\s+(\d+)$/m.exec(await tool("metadata-quorum", "describe --status")) ?? [];
      await Promise.all([`events-controller-${leader}`, "events-broker-1"].map((pod) => replacePod(stage, "data", pod)));
      await onBroker("touch /tmp/enough");
    };
    await Promise.all([producing, replacing()]);

    const sent = Number(await onBroker("cat /tmp/sent"));
    console.log(`${sent} records while two pods were replaced`);
    expect(await recordsIn("orders")).toBe(sent);
    const consumed = await tool("console-consumer", `--topic orders --from-beginning --max-messages ${sent} --timeout-ms 60000 2>/dev/null`);
    const values = consumed.trim().split("\n");
    expect([values.length, new Set(values).size]).toEqual([sent, sent]);
  });

  test("all replicas are in sync again", async () => {
    await eventually("no partition lacks a replica", async () => (await tool("topics", "--describe --under-replicated-partitions")).trim() === "");
    expect(await tool("topics", "--describe --topic orders")).toMatch(/Isr: (\d+,){2}\d+\b/);
  });
});
