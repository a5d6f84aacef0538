import type { Cluster, Wait } from "@troupe/proto/troupe/v1/cluster";
import type { V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stage, startStage } from "../apps/stage.ts";
import { podNamed, publishText, replacePod, start } from "../apps/steps.ts";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { eventually } from "../world/eventually.ts";
import { apply, ready } from "../world/steps.ts";

const namespace = "troubles";

/** Its process does what it is told, and is not ready again after it has crashed until somebody says so. */
const definition = (image: string) => `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: box}
spec:
  version: "1.0"
  image: ${image}
  user: 1234
  memory: 32Mi
  params: {script: {type: string, default: "while :; do sleep 1000 & wait $!; done"}}
  roles:
    server:
      members: 1
      command: [sh, -c, "trap 'touch /data/crashed; exit 3' USR1; trap 'exit 0' TERM; test -e /data/crashed || touch /tmp/ready; \${{ params.script }}"]
      volumes: {data: {path: /data, size: 1Gi}}
      files: {/etc/box: {text: hello}}
      probes: {ready: {exec: [test, -e, /tmp/ready]}}
      stop: {grace: 1s}
`;

describeOnRealNodes("trouble on real nodes is told in words", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage();
    await publishText(stage, definition(await stage.imageOf("busybox")));
  });
  afterAll(() => stage?.stop());

  const manifest = (name: string, spec: string) => `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: ${name}, namespace: ${namespace}}, spec: {app: box${spec}}}`;
  const clusterNamed = (name: string): Promise<Cluster> => stage.clusters.get({ name: `projects/${namespace}/clusters/${name}` });

  /** What a cluster says of its only member's trouble, once Kubernetes has said it; prints how much later that was. */
  async function told(name: string, reason: string, isSaid: (pod: V1Pod) => boolean | undefined): Promise<Wait> {
    const seen = eventually(`Kubernetes says that ${name} has its trouble`, async () => isSaid(await podNamed(stage, namespace, `${name}-server-0`)) && performance.now());
    const [wait, toldMs] = await eventually(`${name} waits for ${reason}`, async () => {
      const found = (await clusterNamed(name)).status?.waiting.find((each) => each.reason === reason);
      return found && ([found, performance.now()] as const);
    });
    console.log(`${name}: ${wait.what}: ${wait.message}; ${wait.advice} (${Math.round(toldMs - (await seen))} ms after Kubernetes)`);
    return wait;
  }

  test("an image that does not exist", async () => {
    await apply(stage, manifest("no-image", ", roles: {server: {image: troupe.local/nowhere:1.0}}"));
    const wait = await told("no-image", "ImageNotFound", ({ status }) => status?.initContainerStatuses?.some(({ state }) => /ErrImagePull|ImagePullBackOff/.test(state?.waiting?.reason ?? "")));
    expect(wait).toMatchObject({ what: "member no-image-server-0", who: "user", message: expect.stringContaining("troupe.local/nowhere:1.0") });
  });

  test("an image without a shell, where files have to be put into place", async () => {
    await apply(stage, manifest("no-shell", `, roles: {server: {image: "${await stage.imageOf("etcd")}"}}`));
    const wait = await told("no-shell", "ImageWithoutShell", ({ status }) => status?.initContainerStatuses?.some(({ state, lastState }) => state?.terminated ?? lastState?.terminated));
    expect(wait).toMatchObject({ message: expect.stringContaining("its image has no /bin/sh"), advice: expect.stringContaining("shell: false") });
  });

  test("a class of volumes that does not exist", async () => {
    await apply(stage, manifest("no-class", ", roles: {server: {volumes: {data: {class: fast}}}}"));
    const wait = await told("no-class", "VolumeUnavailable", ({ status }) => status?.conditions?.some(({ type, status: is, message }) => type === "PodScheduled" && is === "False" && message !== ""));
    expect(wait).toMatchObject({ what: "member no-class-server-0", who: "administrator", message: expect.stringContaining(`"fast" not found`) });
  });

  test("a volume that its provisioner cannot make, which it says in an event", async () => {
    await stage.kubernetes.apply("/apis/storage.k8s.io/v1/storageclasses/full", { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "full" }, provisioner: "example.com/full" });
    await apply(stage, manifest("no-volume", ", roles: {server: {volumes: {data: {class: full}}}}"));
    expect(await told("no-volume", "VolumePending", () => true)).toMatchObject({ advice: expect.stringContaining("check the storage class and its provisioner") });
    const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: "no-volume-server-0-data-1", uid: (await stage.kubernetes.kubectl("get", "pvc", "-n", namespace, "no-volume-server-0-data-1", "-o", "jsonpath={.metadata.uid}")) };
    await stage.kubernetes.apply(`/api/v1/namespaces/${namespace}/events/full`, { apiVersion: "v1", kind: "Event", metadata: { name: "full", namespace }, type: "Warning", reason: "ProvisioningFailed", message: "the pool has no space left", involvedObject: claim });
    expect(await told("no-volume", "VolumeUnavailable", () => true)).toMatchObject({ who: "administrator", message: "volume data: ProvisioningFailed: the pool has no space left" });
  });

  test("too little memory on every node", async () => {
    await apply(stage, manifest("no-memory", ", roles: {server: {memory: 100Ti}}"));
    const wait = await told("no-memory", "MemberUnschedulable", ({ status }) => status?.conditions?.some(({ reason }) => reason === "Unschedulable"));
    expect(wait).toMatchObject({ who: "administrator", message: expect.stringContaining("Insufficient memory"), advice: "add nodes, or lower cpu and memory" });
  });

  test("a process that needs more memory than it may have", async () => {
    await apply(stage, manifest("hungry", `, params: {script: "exec tail /dev/zero"}`));
    const wait = await told("hungry", "MemberOutOfMemory", ({ status }) => status?.containerStatuses?.some(({ state, lastState }) => (state?.terminated ?? lastState?.terminated)?.reason === "OOMKilled"));
    expect(wait).toMatchObject({ who: "user", message: expect.stringContaining("exit code 137"), advice: "give the role more memory" });
  });

  test("a process that crashes, until it is well again", async () => {
    const name = await start(stage, manifest("crashing", ""));
    const in0 = (...command: readonly string[]) => stage.exec(namespace, "crashing-server-0", ...command);
    await in0("sh", "-c", "kill -USR1 1");
    const wait = await told("crashing", "MemberCrashing", ({ status }) => status?.containerStatuses?.some(({ restartCount }) => restartCount === 1));
    expect(wait.message).toMatch(/its process ended with exit code 3 at .*Z/);
    await eventually("it runs again", () => in0("touch", "/tmp/ready"));
    expect((await ready(stage, name)).status?.members[0]).toMatchObject({ ready: true, restarts: 1, message: "" });
  });

  test("a pod that is deleted, until another is there", async () => {
    const name = await start(stage, manifest("replaced", ""));
    const before = (await clusterNamed("replaced")).status?.members[0]?.podUid;
    await replacePod(stage, namespace, "replaced-server-0");
    expect((await ready(stage, name)).status?.members[0]).toMatchObject({ ready: true, podUid: expect.not.stringMatching(before ?? "none") });
  });
});
