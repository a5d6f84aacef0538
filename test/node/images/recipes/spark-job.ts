import type { Recipe } from "../recipe.ts";
import { spark } from "./spark.ts";

/** Spark, and in a folder beside it what a job needs that reads from Kafka and writes to PostgreSQL. */
export const sparkJob: Recipe = {
  name: "spark-job",
  version: "4.0.1",
  on: spark,
  jars: {
    to: "/opt/job/jars",
    artifacts: [
      "org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1",
      "org.apache.spark:spark-token-provider-kafka-0-10_2.13:4.0.0", // not every mirror has the next one, and nothing is asked of it without Kerberos
      "org.apache.kafka:kafka-clients:3.9.1",
      "org.apache.commons:commons-pool2:2.12.0",
      "org.postgresql:postgresql:42.7.8",
    ],
    without: ["*:*"], // all else Spark has itself
  },
  env: { ...spark.env },
  workingFolder: "/opt/spark",
};
