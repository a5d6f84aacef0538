import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnRealNodes } from "../node/on-real-nodes.ts";
import { eventually } from "../world/eventually.ts";
import { type Stage, startStage } from "./stage.ts";
import { publish, replacePod, start } from "./steps.ts";

const command = join(import.meta.dirname, "../../packages/cli/bin/troupe.mjs");

describeOnRealNodes("JupyterLab on real nodes", () => {
  let stage: Stage;
  let image: string;
  let opened: ChildProcess;
  /** With the token, as `troupe open` prints it. */
  let address: URL;

  beforeAll(async () => {
    stage = await startStage();
    await publish(stage, "jupyterlab");
    image = await stage.imageOf("jupyterlab");
  });
  afterAll(async () => {
    opened?.kill();
    await stage?.stop();
  });

  /** A request of the server's REST API, by way of the opened port. */
  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(at(path), { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  function at(path: string): URL {
    return new URL(`${path}${address.search}`, address);
  }

  test("the lab becomes Ready, and troupe open leads to it", async () => {
    await start(stage, `{apiVersion: troupe.dev/v1, kind: Cluster, metadata: {name: notebook, namespace: data}, spec: {app: jupyterlab, roles: {lab: {image: "${image}", memory: 1Gi, volumes: {home: {size: 1Gi}}}}}}`);
    const env = { PATH: process.env["PATH"], TROUPE_ADDRESS: stage.grpcAddress, KUBECONFIG: stage.kubernetes.kubeconfigPath };
    opened = spawn(process.execPath, [command, "open", "notebook", "-n", "data", "-o", "json"], { env, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(createInterface({ input: opened.stdout as NodeJS.ReadableStream }), "line")) as [string];
    address = new URL((JSON.parse(line) as { readonly address: string }).address);
    expect(address.pathname).toBe("/lab");
    expect(await (await fetch(address)).text()).toContain("<title>JupyterLab</title>");
  });

  test("a kernel computes, for those who have the token", async () => {
    const { id } = (await ask("POST", "/api/kernels", { name: "python3" })) as { readonly id: string };
    expect(await evaluate(new WebSocket(at(`/api/kernels/${id}/channels`)), "1 + 1")).toBe("2");
    expect((await fetch(new URL("/api/kernels", address))).status).toBe(403);
  });

  test("a notebook outlives the pod", async () => {
    const content = { cells: [{ cell_type: "code", id: "sum", source: "1 + 1", metadata: {}, outputs: [], execution_count: null }], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await ask("PUT", "/api/contents/sum.ipynb", { type: "notebook", content });
    await replacePod(stage, "data", "notebook-lab-0");
    expect(await eventually("the notebook is there", () => ask("GET", "/api/contents/sum.ipynb"))).toMatchObject({ content: { cells: [{ source: "1 + 1" }] } });
  });
});

/** What a kernel answers to a line of code, by the messages of https://jupyter-client.readthedocs.io/en/stable/messaging.html. */
async function evaluate(channels: WebSocket, code: string): Promise<string> {
  await once(channels, "open");
  const header = { msg_id: randomUUID(), msg_type: "execute_request", session: randomUUID(), username: "", version: "5.3", date: new Date().toISOString() };
  const result = new Promise<string>((resolve, reject) => {
    channels.addEventListener("message", ({ data }) => {
      const { msg_type: kind, content } = JSON.parse(String(data)) as { readonly msg_type: string; readonly content: { readonly data?: Readonly<Record<string, string>>; readonly evalue?: string } };
      if (kind === "execute_result") resolve(content.data?.["text/plain"] ?? "");
      if (kind === "error") reject(new Error(content.evalue));
    });
    channels.addEventListener("close", () => reject(new Error("the kernel's connection was closed")));
  });
  channels.send(JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content: { code, silent: false }, buffers: [] }));
  return result.finally(() => channels.close());
}
