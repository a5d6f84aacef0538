import { describe, expect, test } from "vitest";
import { written } from "../life/testing/written.ts";
import { objectOf, podOf, specOf } from "./testing/objects.ts";

const server = (role: string, rest = "") => `${rest}  roles: {server: {members: 1+, ports: {api: 80}, ${role}}, other: {members: 1}}\n`;
const withVolume = (volume: string, more = "") => written(server(`volumes: {data: {path: /data, size: 1Gi, ${volume}}}${more}`));
const mountsAt = (path: string, mounts: readonly { readonly mountPath: string }[] = []) => mounts.filter(({ mountPath }) => mountPath === path);

describe("resources of a pod", () => {
  test("are requests and limits alike, GPUs among them, and the Cluster's win", () => {
    const resources = { cpu: "1", memory: "2Gi", "nvidia.com/gpu": "2" };
    expect(podOf(written(server("cpu: 1, memory: 1Gi, gpu: 1"), "roles: {server: {memory: 2Gi, gpu: 2}}")).main.resources).toEqual({ requests: resources, limits: resources });
    expect(podOf(written(server("gpu: 1"), "roles: {server: {gpu: 0}}")).main.resources).toEqual({});
  });

  test("are the same for what installs its files, so that the pod is one that is guaranteed to have them", () => {
    const { main, install } = podOf(written(server("cpu: 1, memory: 1Gi, files: {/etc/a: {text: a}}")));
    expect(install?.resources).toEqual(main.resources);
  });

  test("shared memory is memory, of the size that is asked for", () => {
    const { main, spec } = podOf(written(server("shm: 512Mi")));
    expect(spec.volumes).toContainEqual({ name: "troupe-shm", emptyDir: { medium: "Memory", sizeLimit: "512Mi" } });
    expect(mountsAt("/dev/shm", main.volumeMounts)).toEqual([{ name: "troupe-shm", mountPath: "/dev/shm" }]);
  });
});

describe("volumes of a pod", () => {
  test("a raw device is a device and no folder, and its claim says so", () => {
    const { main } = podOf(withVolume("block: true"));
    expect(main.volumeDevices).toEqual([{ name: "data", devicePath: "/data" }]);
    expect(mountsAt("/data", main.volumeMounts)).toEqual([]);
    expect(specOf(withVolume("block: true"), "PersistentVolumeClaim", "c-server-0-data-1")).toMatchObject({ volumeMode: "Block" });
    expect(specOf(withVolume("keep: always"), "PersistentVolumeClaim", "c-server-0-data-1")).not.toHaveProperty("volumeMode");
  });

  test("scratch has no claim and its size as a limit", () => {
    const cluster = withVolume("keep: pod");
    expect(podOf(cluster).spec.volumes).toContainEqual({ name: "data", emptyDir: { sizeLimit: "1Gi" } });
    expect(objectOf(cluster, "PersistentVolumeClaim", "c-server-0-data-1")).toBeUndefined();
  });

  test("class and size are the Cluster's where it gives them, and the claim says how long it is kept", () => {
    const cluster = written(server("volumes: {data: {path: /data, size: 1Gi, keep: member}}"), "roles: {server: {volumes: {data: {size: 5Gi, class: fast}}}}");
    expect(objectOf(cluster, "PersistentVolumeClaim", "c-server-0-data-1")).toMatchObject({ metadata: { annotations: { "troupe.dev/keep": "member" } }, spec: { storageClassName: "fast", resources: { requests: { storage: "5Gi" } } } });
  });
});

describe("where a pod goes", () => {
  const selector = (role: string) => ({ matchLabels: { "troupe.dev/cluster-uid": "01900000-0000-7000-8000-000000000001", "troupe.dev/role": role } });

  test.each([["idBase: 0", "kubernetes.io/hostname"], ["spread: host", "kubernetes.io/hostname"], ["spread: zone", "topology.kubernetes.io/zone"]])("%s: as evenly as can be, which is a wish", (role, topologyKey) => {
    expect(podOf(written(server(role))).spec.topologySpreadConstraints).toEqual([{ maxSkew: 1, topologyKey, whenUnsatisfiable: "ScheduleAnyway", labelSelector: selector("server") }]);
  });

  test("anywhere, or near members of another role, which is a wish too", () => {
    expect(podOf(written(server("spread: none"))).spec).not.toHaveProperty("topologySpreadConstraints");
    expect(podOf(written(server("near: other"))).spec.affinity).toEqual({ podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: selector("other") } }] } });
  });
});

describe("labels of a cluster", () => {
  test("are on every object that is made for it, and take the place of none of Troupe's", () => {
    const cluster = written(server("volumes: {data: {path: /data, size: 1Gi}}", "  secrets: {s: {generate: hex}}\n  env: {S: \"${{ secrets.s }}\"}\n"), "labels: {team: x, example.org/cost: '17'}, roles: {server: {members: 2}}");
    for (const kind of ["Pod c-server-0", "Service c-all", "PersistentVolumeClaim c-server-0-data-1", "ConfigMap c-context", "PodDisruptionBudget c-server", "ServiceAccount c", "Secret c-secrets-00000001"]) {
      const [wanted = "", name = ""] = kind.split(" ");
      expect([kind, objectOf(cluster, wanted, name)?.metadata.labels]).toEqual([kind, expect.objectContaining({ team: "x", "example.org/cost": "17", "troupe.dev/cluster-uid": cluster.uid })]);
    }
    const selectors = JSON.stringify([specOf(cluster, "Service", "c-all"), specOf(cluster, "PodDisruptionBudget", "c-server")]);
    expect(selectors).not.toContain("team");
  });
});

describe("an address that follows a standing", () => {
  const app = server("standing: {probe: {exec: [s]}, order: [follower, leader]}, services: {rw: {port: api, to: leader}, ro: {port: api, to: follower}}", "  exports: {rw: \"${{ roles.server.service('rw') }}\", api: \"${{ roles.server.service('api') }}\"}\n");

  test("leads to members of it by a label that nobody has yet, as far as its port is exposed", () => {
    const spec = (name: string, cluster = written(app)) => specOf(cluster, "Service", name);
    expect(spec("c-rw")).toEqual({ type: "ClusterIP", selector: { "troupe.dev/cluster-uid": "01900000-0000-7000-8000-000000000001", "troupe.dev/role": "server", "troupe.dev/standing": "leader" }, ports: [{ name: "api", port: 80, protocol: "TCP", targetPort: "api" }] });
    expect(spec("c-ro")?.["selector"]).toMatchObject({ "troupe.dev/standing": "follower" });
    expect(spec("c-rw", written(app, "roles: {server: {expose: {api: load}}}"))).toMatchObject({ type: "LoadBalancer" });
    expect(podOf(written(app)).metadata.labels).not.toHaveProperty("troupe.dev/standing");
  });

  test("is no reason for the role's own: only what asks for a port is", () => {
    const one = (name: string) => written(server("standing: {probe: {exec: [s]}, order: [x]}, services: {rw: {port: api, to: x}}", `  exports: {e: "\${{ roles.server.service('${name}') }}"}\n`));
    expect([objectOf(one("rw"), "Service", "c-server"), objectOf(one("api"), "Service", "c-server")]).toEqual([undefined, expect.anything()]);
  });
});

describe("a role that is not there", () => {
  const cluster = written(`  params: {solo: {type: boolean, default: true}}\n${server("idBase: 0").replace("other: {members: 1}", 'other: {members: {allow: 1+, default: 2}, when: "${{ !params.solo }}", ports: {p: {port: 1, expose: load}}, volumes: {v: {path: /v, size: 1Gi}}, standing: {probe: {exec: [s]}, order: [x]}, services: {rw: {port: p, to: x}}}')}`);

  test("has no object at all", () => {
    for (const [kind, name] of [["Pod", "c-other-0"], ["Service", "c-other"], ["Service", "c-rw"], ["PodDisruptionBudget", "c-other"], ["PersistentVolumeClaim", "c-other-0-v-1"]] as const) expect([name, objectOf(cluster, kind, name)]).toEqual([name, undefined]);
  });
});

describe("a patch of pods", () => {
  const pod = "{metadata: {annotations: {example.org/a: b}}, spec: {priorityClassName: high, containers: [{name: main, securityContext: {readOnlyRootFilesystem: true}, env: [{name: EXTRA, value: x}]}, {name: sidecar, image: side:1}]}}";

  test("is laid over by key, and over containers and their variables by name; those that are added come after the application", () => {
    const { spec, main, metadata } = podOf(written(server("env: {A: a}", `  pod: ${pod}\n`)));
    expect(metadata.annotations).toMatchObject({ "example.org/a": "b", "troupe.dev/inputs": expect.any(String) });
    expect([spec.priorityClassName, spec.hostname]).toEqual(["high", "c-server-0"]);
    expect(spec.containers.map(({ name }) => name)).toEqual(["main", "sidecar"]);
    expect(main.env).toEqual([{ name: "A", value: "a" }, { name: "EXTRA", value: "x" }]);
    expect(main.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true });
  });

  test("of the app comes first, then the role's; null takes away what is there, and in a role the app's patch", () => {
    const both = podOf(written(server("pod: {spec: {priorityClassName: low, securityContext: {seccompProfile: null}}}", `  pod: ${pod}\n`)));
    expect([both.spec.priorityClassName, both.spec.containers.length, both.spec.securityContext]).toEqual(["low", 2, expect.not.objectContaining({ seccompProfile: expect.anything() })]);
    expect(podOf(written(server("pod: null", `  pod: ${pod}\n`))).spec).not.toHaveProperty("priorityClassName");
  });
});

describe("how a process is stopped", () => {
  const lifecycleWith = (role: string) => podOf(written(server(role))).main.lifecycle;

  test("SIGTERM is what everybody sends", () => {
    expect(lifecycleWith("stop: {signal: SIGTERM}")).toBeUndefined();
  });

  test("another signal is sent from inside, by a hook that waits for the end of the process", () => {
    expect(lifecycleWith("stop: {signal: SIGINT}")).toEqual({ preStop: { exec: { command: ["/bin/sh", "-c", "kill -s INT 1 && while kill -s 0 1; do sleep 1; done"] } } });
  });

  test.each(["stop: {signal: SIGQUIT}, shell: false", "stop: {signal: SIGKILL}"])("%s: nobody inside can, so Kubernetes is asked to", (role) => {
    const { main, spec } = podOf(written(server(role)));
    expect([main.lifecycle, spec.os]).toEqual([{ stopSignal: /SIG\w+/.exec(role)?.[0] }, { name: "linux" }]);
  });
});
