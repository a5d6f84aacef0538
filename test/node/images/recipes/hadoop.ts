import type { Recipe } from "../recipe.ts";
import { java17 } from "./bases.ts";

const of = (...names: readonly string[]) => names.map((name) => `org.apache.hadoop:hadoop-${name}:3.4.2`);

export const hadoop: Recipe = {
  name: "hadoop",
  version: "3.4.2",
  on: java17,
  user: { name: "hadoop", id: 1000 },
  packages: ["curl", "procps"],
  jars: {
    to: "/opt/hadoop/share/hadoop/mapreduce", // the one folder that is on the class path of jobs too
    artifacts: [
      ...of("common", "hdfs", "hdfs-client", "yarn-client", "yarn-server-nodemanager", "yarn-server-resourcemanager", "yarn-server-timelineservice"),
      ...of("mapreduce-client-app", "mapreduce-client-jobclient", "mapreduce-client-shuffle", "mapreduce-examples"),
    ],
  },
  links: Object.fromEntries(["hadoop", "hdfs", "mapred", "yarn"].map((program) => [`/opt/hadoop/bin/${program}`, "hadoop-class.sh"])),
  folders: ["/opt/hadoop/etc/hadoop", "/opt/hadoop/logs"],
  // The pages of HDFS are in no jar; without folders for them its servers do not start. What is below /jmx is there all the same.
  script: "mkdir -p /opt/hadoop/share/hadoop/hdfs/webapps/datanode /opt/hadoop/share/hadoop/hdfs/webapps/hdfs /opt/hadoop/share/hadoop/hdfs/webapps/journal /opt/hadoop/share/hadoop/hdfs/webapps/static",
  path: "/opt/hadoop/bin",
  env: {
    HADOOP_HOME: "/opt/hadoop",
    HADOOP_CONF_DIR: "/opt/hadoop/etc/hadoop",
    JAVA_HOME: "/usr/lib/jvm/java-17-openjdk-amd64",
  },
  command: ["bash"],
  workingFolder: "/opt/hadoop",
};
