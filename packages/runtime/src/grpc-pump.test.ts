import { describe, expect, it } from "vitest";
import { mostUnsentBytes, pump, type Sink } from "./grpc-pump.ts";

const asIs = (bytes: Buffer) => bytes;
const chunk = Buffer.alloc(mostUnsentBytes / 4);

/** A connection whose caller reads only when told to. */
function slowSink() {
  const unsent: (() => void)[] = [];
  let written = 0;
  const sink: Sink = {
    write: (_, sent) => {
      written += 1;
      unsent.push(sent);
    },
  };
  return { sink, written: () => written, read: () => unsent.shift()?.() };
}

function counted(total: number) {
  const seen = { pulled: 0, returned: false };
  const source: AsyncIterable<Buffer> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        seen.pulled += 1;
        return seen.pulled > total ? { done: true, value: undefined } : { done: false, value: chunk };
      },
      return: async () => {
        seen.returned = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return { source, seen };
}

describe("a stream's pump", () => {
  it("pulls no more while 1 MiB is unsent, and goes on as it is read", async () => {
    const { sink, written, read } = slowSink();
    const { source, seen } = counted(6);
    const pumping = pump(source, asIs, sink, new AbortController().signal);
    await settled();
    expect([seen.pulled, written()]).toEqual([4, 4]);
    read();
    await settled();
    expect([seen.pulled, written()]).toEqual([5, 5]);
    read();
    read();
    await pumping;
    expect(written()).toBe(6);
  });

  it("stops with the signal's reason while it waits for the caller, and tells the source", async () => {
    const { sink } = slowSink();
    const { source, seen } = counted(6);
    const controller = new AbortController();
    const pumping = pump(source, asIs, sink, controller.signal);
    await settled();
    controller.abort(new Error("gone"));
    await expect(pumping).rejects.toThrow("gone");
    expect(seen).toEqual({ pulled: 4, returned: true });
  });

  it("stops while it waits for the source, and does not wait for that to return", async () => {
    const { sink } = slowSink();
    const never: AsyncIterable<Buffer> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined), return: () => new Promise(() => undefined) }) };
    const controller = new AbortController();
    const pumping = pump(never, asIs, sink, controller.signal);
    controller.abort(new Error("gone"));
    await expect(pumping).rejects.toThrow("gone");
  });

  it("tells the source when a message cannot be encoded", async () => {
    const { sink } = slowSink();
    const { source, seen } = counted(6);
    const broken = () => {
      throw new TypeError("not a string");
    };
    await expect(pump(source, broken, sink, new AbortController().signal)).rejects.toThrow("not a string");
    expect(seen.returned).toBe(true);
  });
});

/** All that can happen without anything from outside has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
