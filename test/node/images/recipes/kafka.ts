import type { Recipe } from "../recipe.ts";
import { java17 } from "./bases.ts";

const tools = ["broker-api-versions", "cluster", "configs", "console-consumer", "console-producer", "consumer-groups", "features", "metadata-quorum", "reassign-partitions", "server-start", "storage", "topics"];

export const kafka: Recipe = {
  name: "kafka",
  version: "4.1.0",
  on: java17,
  user: { name: "appuser", id: 1000 },
  jars: { to: "/opt/kafka/libs", artifacts: ["org.apache.kafka:kafka_2.13:4.1.0", "org.apache.kafka:kafka-tools:4.1.0", "org.slf4j:slf4j-simple:1.7.36"] },
  links: Object.fromEntries(tools.map((tool) => [`/opt/kafka/bin/kafka-${tool}.sh`, "tool.sh"])),
  folders: ["/opt/kafka/config", "/opt/kafka/logs", "/var/lib/kafka/data", "/mnt/shared/config"],
  command: ["/etc/kafka/docker/run"],
};
