import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start, turn, without } from "./steps.ts";

describeOnRealNodes("Cassandra on real nodes", () => {
  let stage: Stage;
  const cql = (query: string) => stage.exec("data", "users-node-0", "sh", "-c", `cqlsh "$(hostname -i)" -e "$1"`, "sh", query);
  const names = "select name from app.users where id in (1, 2, 3)";

  beforeAll(async () => {
    stage = await startStage();
    // A member whose `facts` were not gathered does not count, and no hook is run yet; `flush` would hold a stop back.
    await publish(stage, "cassandra", without("spec.roles.node.hooks"));
  });
  afterAll(() => stage?.stop());

  test("a node becomes Ready, and takes rows", async () => {
    const image = await stage.imageOf("cassandra");
    // What makes a start quicker where no other node is to be waited for, and the heap that a small machine has.
    const env = `{HEAP_MIB: 384, JVM_EXTRA_OPTS: "-Dcassandra.ring_delay_ms=1000 -Dcassandra.skip_wait_for_gossip_to_settle=0"}`;
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: users, namespace: data}, spec: {app: cassandra@5.0.5, roles: {node: {members: 1, image: "${image}", memory: 2Gi, env: ${env}, volumes: {data: {size: 1Gi}}}}}}`);
    await cql("create keyspace app with replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}; create table app.users (id int primary key, name text)");
    await cql("insert into app.users (id, name) values (1, 'ada'); insert into app.users (id, name) values (2, 'bob'); insert into app.users (id, name) values (3, 'cleo')");
    expect(await cql(names)).toMatch(/ada[^]*bob[^]*cleo/);
  });

  test("it has its rows, and is the same node, after its pod is gone", async () => {
    const hostId = async () => /"hostId":"([^"]+)"/.exec(await stage.exec("data", "users-node-0", "/troupe/app/facts.sh"))?.[1];
    const before = await hostId();
    await replacePod(stage, "data", "users-node-0", 300_000);
    expect(await cql(names)).toMatch(/ada[^]*bob[^]*cleo/);
    expect(await hostId()).toBe(before);
  });

  test("it has its rows after a stop and a start", async () => {
    await turn(stage, "projects/data/clusters/users", { stopped: true });
    await turn(stage, "projects/data/clusters/users", { stopped: false });
    expect(await cql(names)).toMatch(/ada[^]*bob[^]*cleo/);
  });
});
