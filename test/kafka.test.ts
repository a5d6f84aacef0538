import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./world/eventually.ts";
import { envOf, get, list, names, pods } from "./world/kube.ts";
import { apply, deleted, manifestOf, ready, remove, scale } from "./world/steps.ts";
import { startWorld, type World } from "./world/world.ts";

const name = "projects/payments/clusters/events";
const yaml = `
apiVersion: troupe.dev/v1
kind: Cluster
metadata: {name: events, namespace: payments}
spec: {app: kafka, roles: {broker: {members: 3}}}
`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const definition = await readFile(join(import.meta.dirname, "fixtures/two-roles.yaml"), "utf8");
  await world.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: manifestOf(definition) });
});
afterAll(() => world?.stop());

describe("a cluster of two roles, from YAML to Ready and through its life", () => {
  test("three controllers and three brokers become Ready", async () => {
    const change = await apply(world, yaml);
    expect(change.created).toBe(true);
    const cluster = await ready(world, name);
    expect(cluster.status?.roles.map(({ role, ready }) => [role, ready])).toEqual([["controller", 3], ["broker", 3]]);
    expect(names(await pods(world, "payments", "events"))).toEqual([
      ...[0, 1, 2].map((index) => `events-broker-${index}`),
      ...[0, 1, 2].map((index) => `events-controller-${index}`),
    ]);
  });

  test("node ids are unique across roles and addresses are stable", async () => {
    const found = await pods(world, "payments", "events");
    const idOf = (pod: string) => envOf(found.find(({ metadata }) => metadata?.name === pod), "KAFKA_NODE_ID");
    expect([0, 1, 2].map((index) => idOf(`events-controller-${index}`))).toEqual(["0", "1", "2"]);
    expect([0, 1, 2].map((index) => idOf(`events-broker-${index}`))).toEqual(["100", "101", "102"]);
    for (const pod of found) {
      expect(envOf(pod, "KAFKA_CONTROLLER_QUORUM_VOTERS")).toBe(
        [0, 1, 2].map((index) => `${index}@events-controller-${index}.events-all.payments.svc.cluster.local:9093`).join(","),
      );
      expect(pod.spec).toMatchObject({ hostname: pod.metadata?.name, subdomain: "events-all", enableServiceLinks: false, automountServiceAccountToken: false });
    }
    expect((await get(world, "services", "payments", "events-all"))?.spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
  });

  test("each member has a volume of its own, bound", async () => {
    const claims = await list(world, "persistentvolumeclaims", "payments");
    expect(names(claims)).toEqual(["broker", "controller"].flatMap((role) => [0, 1, 2].map((index) => `events-${role}-${index}-data-1`)));
    expect(claims.every((claim) => claim.status?.phase === "Bound")).toBe(true);
  });

  test("exports tell others where it is", async () => {
    const { status } = await world.clusters.get({ name });
    expect(status?.exports["bootstrap"]).toBe([0, 1, 2].map((index) => `events-broker-${index}.events-all.payments.svc.cluster.local:9092`).join(","));
  });

  test("brokers 3 → 5 → 3: the members above go, their volumes stay", async () => {
    await scale(world, name, "broker", 5);
    expect((await ready(world, name)).status?.members).toHaveLength(8);
    await scale(world, name, "broker", 3);
    await ready(world, name);
    expect(names(await pods(world, "payments", "events"))).toHaveLength(6);
    expect(names(await list(world, "persistentvolumeclaims", "payments"))).toHaveLength(8);
  });

  test("a member that comes again gets a volume of a new life", async () => {
    await scale(world, name, "broker", 4);
    await ready(world, name);
    const pod = await get(world, "pods", "payments", "events-broker-3");
    expect(pod?.spec?.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName)).toContain("events-broker-3-data-2");
    await scale(world, name, "broker", 3);
    await ready(world, name);
  });

  test("a pod deleted by hand comes back under its name, with its volume", async () => {
    const before = await get(world, "pods", "payments", "events-broker-1");
    await world.kubernetes.kubectl("-n", "payments", "delete", "pod", "events-broker-1");
    const after = await eventually("the pod is back and ready", async () => {
      const pod = await get(world, "pods", "payments", "events-broker-1");
      return pod?.metadata?.uid !== before?.metadata?.uid && pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ? pod : undefined;
    });
    const claimOf = (pod: typeof before) => pod?.spec?.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName);
    expect(claimOf(after)).toEqual(claimOf(before));
    await ready(world, name);
  });

  test("a Service edited by hand is put right", async () => {
    await world.kubernetes.kubectl("-n", "payments", "patch", "service", "events-all", "--type=merge", "-p", '{"spec":{"publishNotReadyAddresses":false}}');
    await eventually("the field is back", async () => (await get(world, "services", "payments", "events-all"))?.spec?.publishNotReadyAddresses === true);
  });

  test("a Service deleted by hand is made again", async () => {
    await world.kubernetes.kubectl("-n", "payments", "delete", "service", "events-all");
    await eventually("it is back", async () => (await get(world, "services", "payments", "events-all")) !== undefined);
  });

  test("deleted: nothing is left but claims and the generated secret", async () => {
    const { uid } = await world.clusters.get({ name });
    await remove(world, name);
    await deleted(world, name);
    expect(await pods(world, "payments", "events")).toEqual([]);
    expect(await list(world, "services", "payments")).toEqual([]);
    expect(await list(world, "configmaps", "payments", "app.kubernetes.io/managed-by=troupe")).toEqual([]);
    expect(names(await list(world, "persistentvolumeclaims", "payments"))).toHaveLength(9);
    expect(names(await list(world, "secrets", "payments"))).toEqual([`events-secrets-${uid.slice(-8)}`]);
  });

  test("created again: new volumes of a new life, and another cluster id", async () => {
    const old = await list(world, "secrets", "payments");
    await apply(world, yaml);
    await ready(world, name);
    const pod = await get(world, "pods", "payments", "events-controller-0");
    expect(pod?.spec?.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName)).toContain("events-controller-0-data-2");
    const secrets = await list(world, "secrets", "payments");
    expect(new Set(secrets.map(({ data }) => data?.["clusterId"])).size).toBe(secrets.length);
    expect(secrets).toHaveLength(old.length + 1);
  });

  test("created with adopt: the volumes and the cluster id of the one that went", async () => {
    const { uid } = await world.clusters.get({ name });
    await remove(world, name);
    await deleted(world, name);
    const kept = await get(world, "secrets", "payments", `events-secrets-${uid.slice(-8)}`);
    await apply(world, yaml.replace("app: kafka", `app: kafka, adopt: ${uid}`));
    await ready(world, name);
    const pod = await get(world, "pods", "payments", "events-controller-0");
    expect(pod?.spec?.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName)).toContain("events-controller-0-data-2");
    const reference = pod?.spec?.containers[0]?.env?.find((variable) => variable.name === "CLUSTER_ID")?.valueFrom?.secretKeyRef;
    expect(reference).toMatchObject({ name: kept?.metadata?.name, key: "clusterId" });
    expect((await get(world, "secrets", "payments", kept?.metadata?.name ?? ""))?.data).toEqual(kept?.data);
  });
});

describe("an update that waits for a person after its first member", () => {
  const careful = "projects/careful/clusters/c";
  const wanted = (value: string) => `apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: c, namespace: careful}\nspec: {app: careful, params: {value: ${value}}}\n`;
  const valueOf = async (index: number) => envOf(await get(world, "pods", "careful", `c-server-${index}`), "VALUE");

  test("goes on when it is told to", async () => {
    await world.apps.publish({ parent: "", requestId: "", validateOnly: false, manifest: manifestOf(`apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: careful}\nspec: {version: "1", image: "i:1", params: {value: {type: string}}, env: {VALUE: "\${{ params.value }}"}, update: {pauseAfterFirst: true}, roles: {server: {members: 3}}}\n`) });
    await apply(world, wanted("one"));
    await ready(world, careful);
    await apply(world, wanted("two"));
    const waiting = await eventually("it waits for a person", async () => (await world.clusters.get({ name: careful })).status?.waiting.find(({ reason }) => reason === "UpdatePaused"));
    expect(waiting).toMatchObject({ what: "role server", who: "user", message: "1 of 3 members is updated, and the others wait until a person has looked at it" });
    expect([await valueOf(0), await valueOf(1), await valueOf(2)]).toEqual(["one", "one", "two"]);
    const { generation } = await world.clusters.get({ name: careful });
    await world.clusters.continue({ name: careful, generation, requestId: "", validateOnly: false });
    expect((await ready(world, careful)).continuedGeneration).toBe(2n);
    expect([await valueOf(0), await valueOf(1), await valueOf(2)]).toEqual(["two", "two", "two"]);
  });
});
