import { afterAll, beforeAll, expect, test } from "vitest";
import { type Neighbours, type Replica, startNeighbours, startReplica } from "./control.ts";
import { seedClusters } from "./seed.ts";
import { apply, clusterYaml } from "./steps.ts";

let neighbours: Neighbours;
let replica: Replica & { readonly url: string };
beforeAll(async () => {
  neighbours = await startNeighbours();
  replica = await startReplica(neighbours);
});
afterAll(async () => {
  await replica?.stop();
  await neighbours?.stop();
});

test("seeded clusters are clusters like any other", async () => {
  await seedClusters({ url: replica.url, project: "seeded", count: 1_500 });
  const first = await replica.clusters.list({ parent: "projects/seeded", pageSize: 1000, pageToken: "", filter: "app = seeded AND state = READY", orderBy: "" });
  expect([first.clusters.length, first.revision]).toEqual([1000, 3000n]);
  const second = await replica.clusters.list({ parent: "projects/seeded", pageSize: 1000, pageToken: first.nextPageToken, filter: "app = seeded AND state = READY", orderBy: "" });
  expect(second.clusters).toHaveLength(500);
  const { cluster, plan } = await apply(replica, clusterYaml("seeded", "seed-0000007", "{app: seeded, placement: {target: seeded}, roles: {server: {members: 2}}}"));
  expect([cluster?.generation, cluster?.revision, plan?.members.length]).toEqual([2n, 3001n, 1]);
  const { events, lastRevision } = await replica.events.list({ parent: "projects/seeded", afterRevision: 2999n, pageSize: 0, subject: "", types: [], newestFirst: false });
  expect([events.length, lastRevision]).toEqual([2, 3001n]);
});
