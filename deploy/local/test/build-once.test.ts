import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type BuildOptions, buildOnce } from "../build-once.ts";

let folder: string;
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-build-"));
  said = [];
  await writeFile(join(folder, "go.mod"), "module example.test/hello\n\ngo 1.26\n");
  await writeFile(join(folder, "main.go"), "package main\n\nfunc main() { println(1) }\n");
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function options(change: Partial<BuildOptions> = {}): BuildOptions {
  return {
    name: "hello",
    version: "1.0.0",
    moduleDir: folder,
    package: ".",
    ldflags: "-s -w",
    usualMs: 1_000,
    why: "a test needs it",
    instead: "instead, do without",
    say: (line) => said.push(line),
    cache: join(folder, "cache"),
    ...change,
  };
}

test("of two that want the same program at once, one builds it", async () => {
  const [first, second] = await Promise.all([buildOnce(options()), buildOnce(options())]);
  expect(first).toBe(second);
  expect(said.filter((line) => line.includes("built in"))).toHaveLength(1);
  expect(await readdir(dirname(first))).toEqual(["build.log", "hello"]);
});

test("what was built is found again, until its source changes", async () => {
  const first = await buildOnce(options());
  const { mtimeMs } = await stat(first);
  expect(await buildOnce(options())).toBe(first);
  expect((await stat(first)).mtimeMs).toBe(mtimeMs);
  await writeFile(join(folder, "main.go"), "package main\n\nfunc main() { println(2) }\n");
  expect(await buildOnce(options())).not.toBe(first);
});

test("the lock of a process that died holds nobody up", async () => {
  const first = await buildOnce(options());
  await rm(first);
  const lock = join(dirname(first), "building");
  await writeFile(lock, `${process.pid}\n`); // its number was given to a living one: to us
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(lock, longAgo, longAgo);
  expect(await buildOnce(options())).toBe(first);
});

test("a build that fails says why and what to do instead, and leaves no program", async () => {
  await writeFile(join(folder, "main.go"), "package main\n\nfunc main() { nonsense() }\n");
  await expect(buildOnce(options())).rejects.toThrow(/undefined: nonsense[^]*instead, do without/);
});

test("an interrupted build leaves no program", async () => {
  const stop = new AbortController();
  const building = buildOnce(options({ signal: stop.signal, say: () => stop.abort(new Error("enough")) }));
  await expect(building).rejects.toThrow("enough");
  expect(await buildOnce(options())).toMatch(/hello$/);
});
