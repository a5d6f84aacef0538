import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "@troupe/deploy/local/ports";
import { portSettings } from "@troupe/deploy/local/settings";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./world/eventually.ts";

/** `npm start`, as a newcomer sees it, on ports and in a folder of its own. */
const root = join(import.meta.dirname, "..");
const node = join(root, "node_modules/.bin/node");

let state: string;
let env: NodeJS.ProcessEnv;
let running: { readonly process: ChildProcess; output: string } | undefined;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "troupe-start-"));
  const ports = await Promise.all(Object.values(portSettings).map(async ([name]) => [name, String(await freePort())] as const));
  env = { ...process.env, TROUPE_STATE: state, ...Object.fromEntries(ports) };
});
afterAll(async () => {
  running?.process.kill("SIGTERM");
  if (running) await once(running.process, "exit");
  await rm(state, { recursive: true, force: true });
});

async function start(): Promise<string> {
  const child = spawn(node, [join(root, "deploy/local/start.ts")], { env, stdio: ["ignore", "pipe", "pipe"] });
  const started = { process: child, output: "" };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (started.output += text));
  running = started;
  await says("Troupe is up after");
  return started.output;
}

async function says(text: string): Promise<void> {
  const started = running;
  await eventually(`it says "${text}"; so far it said:\n${started?.output}`, async () => {
    if (started?.process.exitCode != null && !started.output.includes(text)) throw new Error(`it ended: ${started.output}`);
    return started?.output.includes(text) === true;
  }, 600_000);
}

async function stop(): Promise<number | null> {
  const child = running?.process;
  running = undefined;
  child?.kill("SIGINT");
  const [code] = (await once(child as ChildProcess, "exit")) as [number | null];
  return code;
}

async function troupe(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(node, [join(root, "packages/cli/bin/troupe.mjs"), "--address", `127.0.0.1:${env["TROUPE_PORT_GRPC"]}`, ...args], { env: { ...env, NO_COLOR: "1" } });
  return stdout;
}

async function processesIn(folder: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((line) => line.includes(folder));
}

describe("npm start", () => {
  test("brings everything up, shows the example becoming Ready, and what to try next", async () => {
    const output = await start();
    for (const part of ["postgres", "nats", "kubernetes", "control", "reconciler", "gateway"]) expect(output).toMatch(new RegExp(`${part} is ready`));
    expect(output).toMatch(/Ready 6\/6/);
    expect(output).toContain("Nodes are simulated");
    expect(await troupe("get", "clusters", "-A")).toMatch(/payments\s+events\s+\S+\s+Ready/);
  });

  test("a second one on the same data says that the first runs", async () => {
    const second = spawn(node, [join(root, "deploy/local/start.ts")], { env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    second.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    expect((await once(second, "exit"))[0]).toBe(1);
    expect(said).toContain("runs already");
  });

  test("a service that dies is said, and started again", async () => {
    const { stdout } = await promisify(execFile)("ps", ["-eo", "pid,args"]);
    const ours = stdout.split("\n").filter((line) => line.includes(join(root, "services/gateway/src/main.ts")));
    const pids = await Promise.all(ours.map(async (line) => ({ pid: Number(line.trim().split(" ")[0]), env: await readFile(`/proc/${line.trim().split(" ")[0]}/environ`, "utf8") })));
    const gateway = pids.find((each) => each.env.includes(`127.0.0.1:${env["TROUPE_PORT_GRPC"]}`));
    process.kill(gateway?.pid ?? 0, "SIGKILL");
    await says("gateway ended by SIGKILL");
    await eventually("it serves again", () => troupe("get", "clusters", "-A"));
  });

  test("Ctrl-C stops everything, and the next start finds its data", async () => {
    const before = JSON.parse(await troupe("get", "cluster", "events", "-n", "payments", "-o", "json"));
    expect(await stop()).toBe(0);
    expect(await processesIn(state)).toEqual([]);
    await start();
    const after = JSON.parse(await troupe("get", "cluster", "events", "-n", "payments", "-o", "json"));
    expect([after.metadata.uid, after.metadata.generation]).toEqual([before.metadata.uid, before.metadata.generation]);
    expect(await stop()).toBe(0);
  });
});
