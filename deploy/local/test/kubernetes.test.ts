import { afterAll, beforeAll, expect, test } from "vitest";
import { type Kubernetes, startKubernetes } from "../kubernetes.ts";
import { type Nodes, startNodes } from "../nodes.ts";
import type { Knob } from "../stages.ts";
import { until } from "../until.ts";

let kubernetes: Kubernetes;
let nodes: Nodes;

beforeAll(async () => {
  kubernetes = await startKubernetes();
  nodes = await startNodes({ kubernetes });
}, 600_000);

afterAll(async () => {
  await nodes.stop();
  await kubernetes.stop();
});

interface Made {
  readonly knobs?: Partial<Record<Knob, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly restartPolicy?: string;
}

const pods = "/api/v1/namespaces/default/pods";

async function makePod(name: string, { knobs = {}, variables = {}, restartPolicy = "Always" }: Made = {}): Promise<void> {
  await kubernetes.apply(`/api/v1/namespaces/default/persistentvolumeclaims/${name}`, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const env = Object.entries(variables).map(([variable, value]) => ({ name: variable, value }));
  await kubernetes.apply(`${pods}/${name}`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, annotations: Object.fromEntries(Object.entries(knobs).map(([knob, value]) => [`troupe.test/${knob}`, value])) },
    spec: {
      restartPolicy,
      initContainers: [{ name: "first", image: "example.test/first:1" }],
      containers: [{ name: "main", image: "example.test/main:1", env, volumeMounts: [{ name: "data", mountPath: "/data" }] }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }],
    },
  });
}

/** Resolves once the pod looks like this: `Running true` for phase and readiness, `gone` when there is none. */
async function seenAs(name: string, wanted: string): Promise<unknown> {
  return until(
    async () => {
      const { status, body } = await kubernetes.request("GET", `${pods}/${name}`);
      return (status === 404 ? "gone" : lookOf(body)) === wanted ? body : undefined;
    },
    { what: `${name} to be seen as ${wanted}`, timeoutMs: 10_000 },
  );
}

function lookOf(pod: unknown): string {
  const { status } = pod as { status: { phase: string; containerStatuses?: readonly { ready: boolean; state: object }[] } };
  const [main] = status.containerStatuses ?? [];
  return [status.phase, ...(main === undefined ? [] : [main.ready, ...Object.keys(main.state)])].join(" ");
}

test("a pod with an init container and a claim becomes Ready, and goes when it is deleted", async () => {
  await makePod("plain");
  const pod = await seenAs("plain", "Running true running");
  expect(pod).toMatchObject({
    status: {
      podIP: expect.stringMatching(/^10\./),
      containerStatuses: [{ containerID: expect.stringMatching(/^simulated:/) }],
      initContainerStatuses: [{ name: "first", state: { terminated: { exitCode: 0 } } }],
    },
  });
  await kubernetes.request("DELETE", `${pods}/plain`);
  await seenAs("plain", "gone");
});

test("a pod is not Ready for as long as its knob says so", async () => {
  await makePod("not-ready", { knobs: { "never-ready": "true" } });
  await seenAs("not-ready", "Running false running");
  await makePod("not-ready", { knobs: { "never-ready": "false" } });
  await seenAs("not-ready", "Running true running");
  await makePod("not-ready", { knobs: { "never-ready": "true" } });
  await seenAs("not-ready", "Running false running");
});

test("a variable of a container is a knob too", async () => {
  await makePod("crashing", { variables: { TROUPE_TEST_CRASH_LOOP: "true" } });
  await seenAs("crashing", "Running false waiting");
});

test.each([
  ["0", "Succeeded"],
  ["7", "Failed"],
])("a pod that runs to completion with code %s has %s", async (code, phase) => {
  const name = `job-${code}`;
  await makePod(name, { knobs: { "exit-code": code }, restartPolicy: "Never" });
  expect(await seenAs(name, `${phase} false terminated`)).toMatchObject({ status: { containerStatuses: [{ state: { terminated: { exitCode: Number(code) } } }] } });
});

test("a deleted pod stays for as long as its node is said to be silent", async () => {
  await makePod("silent", { knobs: { "hold-delete": "true" } });
  await seenAs("silent", "Running true running");
  await kubernetes.request("DELETE", `${pods}/silent`);
  await makePod("behind"); // a later one is through before: it was not merely slow
  await seenAs("behind", "Running true running");
  expect((await kubernetes.request("GET", `${pods}/silent`)).status).toBe(200);
  await kubernetes.kubectl("annotate", "pod", "silent", "troupe.test/hold-delete-");
  await seenAs("silent", "gone");
});

test("what was written is there after a crash of all its parts", async () => {
  await kubernetes.kubectl("create", "configmap", "kept", "--from-literal=fact=kept");
  await kubernetes.kill();
  await kubernetes.start();
  expect(await kubernetes.kubectl("get", "configmap", "kept", "-o", "jsonpath={.data.fact}")).toBe("kept");
  await makePod("after-crash");
  await seenAs("after-crash", "Running true running");
});

test("permissions count: a service account may do nothing unless it is allowed to", async () => {
  expect(await kubernetes.kubectl("auth", "can-i", "list", "pods")).toContain("yes");
  const asAccount = kubernetes.kubectl("get", "pods", "--as", "system:serviceaccount:default:default");
  await expect(asAccount).rejects.toThrow(/cannot list resource "pods"/);
});
