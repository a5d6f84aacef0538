import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stage, startStage } from "../apps/stage.ts";
import { publishText, start } from "../apps/steps.ts";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";

const bin = join(import.meta.dirname, "../../packages/cli/bin/troupe.mjs");

/** Serves a page, and tells its log which process of its volume it is. */
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
      echo run >> /data/runs
      echo "run $(wc -l < /data/runs) begins"
      trap 'echo "run ends"; exit 3' USR1
      trap 'exit 0' TERM
      mkdir -p /tmp/www; echo "a page" > /tmp/www/index.html
      busybox httpd -p 8080 -h /tmp/www
      while :; do sleep 1000 & wait $! || :; done
  roles:
    server:
      members: 1+
      command: [/troupe/app/serve.sh]
      ports: {http: {port: 8080, scheme: http, dashboard: true}}
      volumes: {data: {path: /data, size: 1Gi}}
      probes: {ready: {http: {port: http}}}
`;

describeOnRealNodes("commands that reach into members, on real nodes", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage();
    await publishText(stage, definition(await stage.imageOf("busybox")));
    await start(stage, "{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: box, namespace: data}, spec: {app: box}}");
  });
  afterAll(() => stage?.stop());

  function begin(...args: readonly string[]) {
    const { kubeconfigPath, context } = stage.kubernetes;
    const env = { PATH: process.env["PATH"], TROUPE_ADDRESS: stage.grpcAddress, TROUPE_PROJECT: "data", TROUPE_KUBECONFIG: kubeconfigPath, TROUPE_CONTEXT: context };
    return spawn(process.execPath, [bin, ...args], { env });
  }

  async function troupe(input: string | undefined, ...args: readonly string[]) {
    const child = begin(...args);
    child.stdin.end(input ?? "");
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { out, err, code: code as number | null };
  }

  test("logs -f goes on from a process that crashes to the next", async () => {
    const child = begin("logs", "box", "-f");
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line.includes("run 1 begins")) await troupe(undefined, "exec", "box", "server-0", "--", "sh", "-c", "kill -USR1 1");
      if (line.includes("run 2 begins")) break;
    }
    child.kill("SIGINT");
    expect(lines).toEqual(["run 1 begins", "run ends", "run 2 begins"].map((words) => expect.stringContaining(words)));
    expect((await troupe(undefined, "logs", "box", "--previous")).out).toContain("run ends");
  });

  test("exec gives what the command wrote, and ends as it did", async () => {
    const ran = await troupe(undefined, "exec", "box", "server-0", "--", "sh", "-c", "echo out; echo err >&2; exit 7");
    expect(ran).toEqual({ out: "out\n", err: "err\n", code: 7 });
  });

  test("exec -i hands on what is piped, and its end", async () => {
    const words = `${"many words ".repeat(20_000)}\n`;
    expect(await troupe(words, "exec", "box", "server-0", "-i", "--", "wc", "-c")).toEqual({ out: `${words.length}\n`, err: "", code: 0 });
  });

  test("exec of what is not there says so", async () => {
    const ran = await troupe(undefined, "exec", "box", "server-0", "--", "no-such-program");
    expect(ran.code).not.toBe(0);
    expect(ran.err).toContain("no-such-program");
  });

  test("open shows the page of a member on this machine until it is told to end", async () => {
    const child = begin("open", "box");
    for await (const line of createInterface(child.stdout)) {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (address === undefined) continue;
      expect(await (await fetch(address)).text()).toBe("a page\n");
      break;
    }
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).toBe(130);
  });
});
