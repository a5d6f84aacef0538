import { afterAll, beforeAll, expect, test } from "vitest";
import { publishText, replacePod, start } from "../apps/steps.ts";
import { type Stage, startStage } from "../apps/stage.ts";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { eventually } from "../world/eventually.ts";
import { ready, scale } from "../world/steps.ts";

const namespace = "inside";
const name = `projects/${namespace}/clusters/box`;
const pods = ["box-server-0", "box-server-1"] as const;
const [first] = pods;

/** A server that is ready once it has found all the others by their names, and notes in its volume what it saw. */
const definition = (image: string) => `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: box}
spec:
  version: "1.0"
  image: ${image}
  user: 1234
  memory: 32Mi
  package:
    serve.sh: |
      #!/bin/sh
      set -eu
      cat /troupe/start >> /data/starts; echo >> /data/starts
      cp /troupe/context.json /data/
      trap 'echo asked to stop >> /data/ends; sleep 2; echo stopped by itself >> /data/ends; exit 0' INT
      trap 'echo asked by another signal >> /data/ends' TERM
      for host in $HOSTS; do until getent hosts "$host"; do sleep 0.2; done; done
      mkdir /tmp/www; echo found all > /tmp/www/index.html
      busybox httpd -p 8080 -h /tmp/www
      while :; do sleep 1000 & wait $! || :; done
  roles:
    server:
      members: {allow: 1+, default: 2}
      command: [/troupe/app/serve.sh]
      env: {HOSTS: "\${{ roles.server.all.map(m, m.host).join(' ') }}"}
      ports: {http: 8080}
      volumes: {data: {path: /data, size: 1Gi}}
      files: {/etc/default/box: {mode: "0640", text: "self=\${{ member.name }}\\n"}}
      probes: {ready: {http: {port: http}}}
      stop: {signal: SIGINT, grace: 20s}
`;

/** Of an image that holds one program: it begins only with the file that says where to listen. */
const bareDefinition = (image: string) => `
apiVersion: troupe.dev/v1
kind: App
metadata: {name: bare}
spec:
  version: "1.0"
  image: ${image}
  shell: false
  memory: 128Mi
  roles:
    server:
      members: 1
      command: [/usr/local/bin/etcd, --config-file=/etc/server.yml]
      ports: {http: 8379}
      volumes: {data: {path: /data, size: 1Gi}}
      files: {/etc/server.yml: {text: "data-dir: /data/db\\nlisten-client-urls: http://0.0.0.0:8379\\nadvertise-client-urls: http://0.0.0.0:8379\\n"}}
      probes: {ready: {http: {port: http, path: /health}}}
`;

describeOnRealNodes("a real pod", () => {
  let stage: Stage;
  const sh = (pod: string, script: string) => stage.exec(namespace, pod, "sh", "-c", script);

  beforeAll(async () => {
    stage = await startStage();
    const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };
    await stage.kubernetes.apply(`/api/v1/namespaces/${namespace}`, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: restricted } });
    await publishText(stage, definition(await stage.imageOf("busybox")));
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: box, namespace: ${namespace}}, spec: {app: box}}`);
  });
  afterAll(() => stage?.stop());

  test("members find each other by name before they are ready", async () => {
    expect(await stage.kubernetes.kubectl("logs", "-n", namespace, first, "-c", "main")).toContain(`box-server-1.box-all.${namespace}.svc.cluster.local`);
  });

  test("the process is the definition's user and can gain no right, where only restricted pods are let in", async () => {
    expect(await sh(first, "id -u; id -g")).toBe("1234\n1234\n");
    const status = await sh(first, "cat /proc/1/status");
    for (const fact of [/^NoNewPrivs:\s+1$/m, /^CapEff:\s+0+$/m, /^CapBnd:\s+0+$/m, /^Seccomp:\s+2$/m]) expect(status).toMatch(fact);
  });

  test("the process can write into its volume", async () => {
    expect(await sh(first, "echo kept > /data/mine && cat /data/mine")).toBe("kept\n");
  });

  test("a file is in place with its mode, and others of its folder are as in the image", async () => {
    expect(await sh(first, "cat /etc/default/box; stat -c %a /etc/default/box; ls /etc/default/useradd")).toBe(`self=${first}\n640\n/etc/default/useradd\n`);
  });

  test("an image without a shell gets its files too", async () => {
    await publishText(stage, bareDefinition(await stage.imageOf("etcd")));
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: bare, namespace: ${namespace}}, spec: {app: bare}}`);
  });

  test("the package's files can be executed and not be changed", async () => {
    expect(await sh(first, "test -x /troupe/app/serve.sh && ! touch /troupe/app/serve.sh 2>/dev/null && echo so")).toBe("so\n");
  });

  test("context.json tells of all members, and of a new one without a restart", async () => {
    const members = async () => Object.keys((JSON.parse(await sh(first, "cat /troupe/context.json")) as { readonly members: object }).members);
    expect(await members()).toEqual(pods);
    expect(JSON.parse(await sh(first, "cat /troupe/self.json"))).toMatchObject({ name: first, role: "server", index: 0 });
    await scale(stage, name, "server", 3);
    const startedMs = performance.now();
    await eventually("the third member stands in the first one's file", async () => (await members()).includes("box-server-2"));
    console.log(`context.json was fresh after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    await ready(stage, name);
  });

  test("/troupe/start says how the process starts now, and how the next one will", async () => {
    expect(await sh(first, "cat /data/starts")).toBe("bootstrap\n");
    await eventually("it counts, so the next start is to rejoin", async () => (await sh(first, "cat /troupe/start")) === "rejoin");
  });

  test("a stop sends the definition's signal and waits for the end of the process", async () => {
    await replacePod(stage, namespace, first);
    expect(await sh(first, "cat /data/ends")).toBe("asked to stop\nstopped by itself\n");
    expect(await sh(first, "cat /data/starts /data/mine")).toBe("bootstrap\nrejoin\nkept\n");
  });
});
