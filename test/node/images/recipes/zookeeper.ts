import type { Recipe } from "../recipe.ts";
import { java17 } from "./bases.ts";

export const zookeeper: Recipe = {
  name: "zookeeper",
  version: "3.9.3",
  on: java17,
  user: { name: "zookeeper", id: 1000 },
  packages: ["netcat-openbsd"],
  jars: {
    to: "/apache-zookeeper-3.9.3-bin/lib",
    // Those after the first one are what it only compiles against, and the release brings along.
    artifacts: [
      "org.apache.zookeeper:zookeeper:3.9.3",
      "ch.qos.logback:logback-classic:1.2.13",
      "com.fasterxml.jackson.core:jackson-databind:2.15.2",
      "commons-cli:commons-cli:1.5.0",
      "io.dropwizard.metrics:metrics-core:4.1.12.1",
      "jline:jline:2.14.6",
      "org.eclipse.jetty:jetty-servlet:9.4.56.v20240826",
      "org.xerial.snappy:snappy-java:1.1.10.5",
    ],
    without: ["io.netty:netty-tcnative-boringssl-static"], // 11 MB of TLS for five systems
  },
  folders: ["/conf", "/data", "/datalog", "/logs"],
  path: "/apache-zookeeper-3.9.3-bin/bin",
  env: { ZOOCFGDIR: "/conf", ZOO_LOG_DIR: "/logs" },
  command: ["zkServer.sh", "start-foreground", "/conf/zoo.cfg"],
  workingFolder: "/apache-zookeeper-3.9.3-bin",
};
