import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive } from "../lock-file.ts";
import { lastLines } from "../log-tail.ts";
import { startPart } from "../part.ts";
import { until } from "../until.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-part-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function partOf(script: string) {
  return startPart({ name: "a part", command: "/bin/sh", args: ["-c", script], logFile: join(folder, "part.log"), stopDeadlineMs: 500 });
}

test("a part that ends by itself says how, and what it said last", async () => {
  const part = await partOf("echo first; echo last >&2; exit 3");
  const exit = await part.exited;
  expect(exit).toMatchObject({ code: 3, signal: null, asked: false, lastLines: ["first", "last"] });
});

test("a part that is stopped is asked first", async () => {
  const part = await partOf("trap 'echo goodbye; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
  await until(async () => (await lastLines(part.logFile, 10)).includes("ready") || undefined, { what: "the part", timeoutMs: 5_000 });
  expect(await part.stop()).toMatchObject({ code: 0, asked: true, lastLines: ["ready", "goodbye"] });
});

test("a part that does not listen is killed after the deadline, and so is what it left behind", async () => {
  const part = await partOf("trap '' TERM; sleep 1000 & echo $!; while :; do sleep 0.05; done");
  const [child] = await until(async () => nonEmpty(await lastLines(part.logFile, 10)), { what: "the part", timeoutMs: 5_000 });
  expect(await part.stop()).toMatchObject({ signal: "SIGKILL" });
  await until(() => !isAlive(Number(child)) || undefined, { what: "what it left to go", timeoutMs: 5_000 });
});

test("a part that cannot be started is an error that names it", async () => {
  const starting = startPart({ name: "a part", command: "/nowhere/program", args: [], logFile: join(folder, "part.log") });
  await expect(starting).rejects.toThrow(/a part cannot be started/);
});

test.each(["SIGKILL", "SIGTERM"] as const)("no part outlives the process that started it when that dies by %s", async (signal) => {
  const launcher = spawn(process.execPath, [join(import.meta.dirname, "launcher.ts"), join(folder, "part.log")], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await once(launcher.stdout, "data");
  const pid = Number(String(printed));
  expect(isAlive(pid)).toBe(true);
  launcher.kill(signal);
  await until(() => !isAlive(pid) || undefined, { what: "the part to go", timeoutMs: 8_000 });
});

function nonEmpty(lines: readonly string[]): readonly string[] | undefined {
  return lines.length > 0 ? lines : undefined;
}
