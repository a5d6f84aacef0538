import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";

interface Line {
  readonly msg: string;
  readonly part?: string;
  readonly level: string;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function startProcess(behaviour: string | undefined) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "fixtures/process.ts")], {
    env: { ...process.env, BEHAVIOUR: behaviour, TROUPE_LOG_LEVEL: behaviour === undefined ? "loud" : "info" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const lines: Line[] = [];
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const waiting = new Set<() => void>();
  createInterface(child.stdout).on("line", (line) => {
    lines.push(JSON.parse(line));
    for (const look of waiting) look();
  });
  const exited = once(child, "close").then(([code]: readonly unknown[]) => code);
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    exited,
    stderr: () => stderr,
    said: () => lines.filter(({ part }) => part).map(({ part, msg }) => `${part} ${msg}`),
    until: (wanted: string) =>
      new Promise<void>((resolve) => {
        const look = () => lines.some(({ msg, part }) => (part ? `${part} ${msg}` : msg) === wanted) && resolve();
        waiting.add(look);
        look();
      }),
  };
}

describe("a process", () => {
  it("starts its parts in order and stops them in reverse order when told to", async () => {
    const it = startProcess("good");
    await it.until("started");
    it.kill("SIGTERM");
    expect(await it.exited).toBe(0);
    expect(it.said()).toEqual(["first starts", "second starts", "third starts", "third stops", "second stops", "first stops"]);
  });

  it("ends with code 2 and a line for each thing that is wrong with its environment", async () => {
    const it = startProcess(undefined);
    expect(await it.exited).toBe(2);
    expect(it.stderr()).toMatch(/^TROUPE_LOG_LEVEL .*\nBEHAVIOUR is not set\n$/);
  });

  it("stops what has started when a part does not start, and ends with code 1", async () => {
    const it = startProcess("fails to start");
    expect(await it.exited).toBe(1);
    expect(it.said()).toEqual(["first starts", "second starts", "second a part did not start", "first stops"]);
  });

  it("gives up a start that is under way when told to stop", async () => {
    const it = startProcess("starts slowly");
    await it.until("second starts");
    it.kill("SIGINT");
    expect(await it.exited).toBe(0);
    expect(it.said()).toEqual(["first starts", "second starts", "first stops"]);
  });

  it("stops the other parts when one fails to, and ends with code 1", async () => {
    const it = startProcess("fails to stop");
    await it.until("started");
    it.kill("SIGTERM");
    expect(await it.exited).toBe(1);
    expect(it.said()).toContain("first stops");
  });

  it("ends at once at a second signal", async () => {
    const it = startProcess("never stops");
    await it.until("started");
    it.kill("SIGTERM");
    await it.until("second stops");
    it.kill("SIGTERM");
    expect(await it.exited).toBe(1);
    expect(it.said()).not.toContain("first stops");
  });

  it("ends with code 1 when a promise is rejected and nobody handles it", async () => {
    const it = startProcess("rejects later");
    expect(await it.exited).toBe(1);
  });
});
