import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildOnce } from "@troupe/deploy/local/build-once";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { apply, publishCatalogue, ready } from "./world/steps.ts";
import { startWorld, type World } from "./world/world.ts";

const yaml = `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: coord, namespace: stock}, spec: {app: zookeeper}}`;
const name = "projects/stock/clusters/coord";

let world: World;
let grpcurl: string;
beforeAll(async () => {
  grpcurl = await buildOnce({
    name: "grpcurl",
    version: "1.9.3",
    moduleDir: join(import.meta.dirname, "tools/grpcurl"),
    package: "github.com/fullstorydev/grpcurl/cmd/grpcurl",
    ldflags: "-s -w",
    usualMs: 30_000,
    why: "a test calls the gateway with a client that is not ours",
    instead: "",
    say: console.log,
  });
  world = await startWorld();
  await publishCatalogue(world);
  await apply(world, yaml);
  await ready(world, name);
});
afterAll(() => world?.stop());

async function call(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(grpcurl, ["-plaintext", ...args]);
  return stdout;
}

describe("grpcurl, with nothing of ours but the address", () => {
  test("lists the public services by reflection, and no internal ones", async () => {
    const services = (await call(world.grpcAddress, "list")).trim().split("\n");
    expect(services).toEqual(expect.arrayContaining(["grpc.health.v1.Health", "troupe.v1.AppService", "troupe.v1.ClusterService", "troupe.v1.EventService", "troupe.v1.SystemService"]));
    expect(services.filter((service) => service.includes("internal"))).toEqual([]);
  });

  test("describes a method and calls it", async () => {
    expect(await call(world.grpcAddress, "describe", "troupe.v1.ClusterService.Get")).toContain("GetClusterRequest");
    const cluster = JSON.parse(await call("-d", JSON.stringify({ name }), world.grpcAddress, "troupe.v1.ClusterService/Get"));
    expect(cluster).toMatchObject({ name, app: expect.stringMatching(/^zookeeper@/), status: { state: "CLUSTER_STATE_READY" } });
  });

  test("shows the details of a failure", async () => {
    const answer = await call("-d", JSON.stringify({ name: "projects/stock/clusters/none" }), world.grpcAddress, "troupe.v1.ClusterService/Get").catch(({ stderr }: { stderr: string }) => stderr);
    expect(answer).toMatch(/NotFound/);
    expect(answer).toContain("google.rpc.ResourceInfo");
  });

  test("the server is healthy", async () => {
    expect(JSON.parse(await call(world.grpcAddress, "grpc.health.v1.Health/Check"))).toEqual({ status: "SERVING" });
  });
});

describe("a stock GraphQL client", () => {
  const post = async (query: string) => {
    const answer = await fetch(`${world.httpUrl}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query }) });
    return { status: answer.status, body: (await answer.json()) as { data?: Record<string, unknown>; errors?: unknown } };
  };

  test("reads the schema by introspection", async () => {
    const { status, body } = await post("{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }");
    expect(status).toBe(200);
    expect(body).toEqual({ data: { __schema: { queryType: { name: "Query" }, mutationType: { name: "Mutation" }, subscriptionType: { name: "Subscription" } } } });
  });

  test("subscribes over graphql-ws", async () => {
    const client = createClient({ url: `${world.httpUrl.replace("http", "ws")}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    const events = client.iterate<{ events: { __typename: string } }>({ query: `subscription { events(scope: "projects/stock", after: "0") { __typename } }` });
    const first = await events.next();
    expect(first.value).toMatchObject({ data: { events: { __typename: expect.any(String) } } });
    await client.dispose();
  });
});
