import { describe, expect, it } from "vitest";
import { Queue } from "./queue.ts";

const most = () => 0.999;

describe("the queue", () => {
  it("holds a key once", () => {
    const queue = new Queue();
    queue.add("a", "event");
    queue.add("a", "event");
    expect(queue.take(0)).toBe("a");
    expect(queue.take(0)).toBeUndefined();
  });

  it("gives what users did before events, and events before resyncs", () => {
    const queue = new Queue();
    queue.add("resync", "resync");
    queue.add("event", "event");
    queue.add("user", "user");
    expect([queue.take(0), queue.take(0), queue.take(0)]).toEqual(["user", "event", "resync"]);
  });

  it("moves a waiting key to the better lane, never to the worse", () => {
    const queue = new Queue();
    queue.add("first", "event");
    queue.add("moved", "resync");
    queue.add("moved", "user");
    queue.add("moved", "resync");
    expect(queue.take(0)).toBe("moved");
    expect(queue.take(0)).toBe("first");
    expect(queue.take(0)).toBeUndefined();
  });

  it("never gives a key that is being worked on, and gives it again afterwards when it was added meanwhile", () => {
    const queue = new Queue();
    queue.add("a", "event");
    queue.take(0);
    queue.add("a", "event");
    expect(queue.take(0)).toBeUndefined();
    queue.succeeded("a", 0, undefined);
    expect(queue.take(0)).toBe("a");
  });

  it("looks again when asked to, and not before", () => {
    const queue = new Queue();
    queue.add("a", "event");
    queue.take(0);
    queue.succeeded("a", 100, 50);
    expect(queue.nextAtMs(100)).toBe(150);
    expect(queue.take(149)).toBeUndefined();
    expect(queue.take(150)).toBe("a");
  });

  it("backs off longer with each failure, whatever events arrive, and starts anew after a success", () => {
    const queue = new Queue();
    const delays = [0, 1, 2, 3].map(() => failOnce(queue));
    expect(delays).toEqual([249, 499, 999, 1998]);
    queue.add("a", "event");
    expect(queue.take(0)).toBeUndefined();
    expect(queue.take(1_000_000)).toBe("a");
    queue.succeeded("a", 0, undefined);
    expect(failOnce(queue)).toBe(249);
  });

  it("ends a back-off when a user changes something", () => {
    const queue = new Queue();
    failOnce(queue);
    queue.add("a", "user");
    expect(queue.take(0)).toBe("a");
  });

  it("does not let one failing key delay another", () => {
    const queue = new Queue();
    failOnce(queue);
    queue.add("b", "event");
    expect(queue.take(0)).toBe("b");
  });

  it("forgets", () => {
    const queue = new Queue();
    queue.add("a", "user");
    queue.forget("a");
    expect(queue.take(0)).toBeUndefined();
    expect(queue.nextAtMs(0)).toBeUndefined();
  });
});

function failOnce(queue: Queue): number {
  queue.add("a", "user");
  queue.take(0);
  return queue.failed("a", 0, most);
}
