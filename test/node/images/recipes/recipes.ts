import type { Recipe } from "../recipe.ts";
import { busybox } from "./busybox.ts";
import { cassandra } from "./cassandra.ts";
import { etcd } from "./etcd.ts";
import { hadoop } from "./hadoop.ts";
import { jupyterlab } from "./jupyterlab.ts";
import { kafka } from "./kafka.ts";
import { mariadb } from "./mariadb.ts";
import { opensearch } from "./opensearch.ts";
import { postgres } from "./postgres.ts";
import { ray } from "./ray.ts";
import { redis } from "./redis.ts";
import { spark } from "./spark.ts";
import { sparkJob } from "./spark-job.ts";
import { tensorflow } from "./tensorflow.ts";
import { zookeeper } from "./zookeeper.ts";

export const recipes: Readonly<Record<string, Recipe>> = { busybox, cassandra, etcd, hadoop, jupyterlab, kafka, mariadb, opensearch, postgres, ray, redis, spark, "spark-job": sparkJob, tensorflow, zookeeper };
