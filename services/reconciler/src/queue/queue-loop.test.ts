import { describe, expect, it } from "vitest";
import { QueueLoop } from "./queue-loop.ts";
import { Queue } from "./queue.ts";

describe("the loop", () => {
  it("works on many keys at once, up to its limit, and on each once at a time", async () => {
    const world = aWorld(2);
    for (const key of ["a", "b", "c"]) world.loop.add(key, "event");
    world.loop.start();
    await world.until(() => world.started.length === 2);
    expect(world.started).toEqual(["a", "b"]);
    world.finish("a");
    await world.until(() => world.started.length === 3);
    world.finish("b");
    world.finish("c");
    await world.loop.stop();
  });

  it("does a key again when it was added during its pass", async () => {
    const world = aWorld(2);
    world.loop.start();
    world.loop.add("a", "event");
    await world.until(() => world.started.length === 1);
    world.loop.add("a", "event");
    world.finish("a");
    await world.until(() => world.started.length === 2);
    world.finish("a");
    await world.loop.stop();
    expect(world.started).toEqual(["a", "a"]);
  });

  it("tries a failed key again, and goes on with others", async () => {
    const world = aWorld(1);
    world.loop.start();
    world.loop.add("a", "event");
    world.loop.add("b", "event");
    await world.until(() => world.started.length === 1);
    world.fail("a");
    await world.until(() => world.started.length === 2);
    world.finish("b");
    await world.until(() => world.started.length === 3);
    expect(world.started).toEqual(["a", "b", "a"]);
    expect(world.failed).toEqual(["a"]);
    world.finish("a");
    await world.loop.stop();
  });

  it("waits for what is under way when it stops, and begins nothing more", async () => {
    const world = aWorld(1);
    world.loop.start();
    world.loop.add("a", "event");
    world.loop.add("b", "event");
    await world.until(() => world.started.length === 1);
    const stopping = world.loop.stop();
    world.finish("a");
    await stopping;
    expect(world.started).toEqual(["a"]);
  });
});

function aWorld(concurrency: number) {
  const started: string[] = [];
  const failed: string[] = [];
  const ends = new Map<string, { resolve: (again: undefined) => void; reject: (error: Error) => void }>();
  const work = (key: string) =>
    new Promise<undefined>((resolve, reject) => {
      started.push(key);
      ends.set(key, { resolve, reject });
    });
  const loop = new QueueLoop({ queue: new Queue(), work, concurrency, nowMs: () => performance.now(), random: () => 0, onFailure: (key) => failed.push(key) });
  return {
    loop,
    started,
    failed,
    finish: (key: string) => ends.get(key)?.resolve(undefined),
    fail: (key: string) => ends.get(key)?.reject(new Error("broken")),
    async until(condition: () => boolean) {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
