import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WatchEvent } from "./kube.ts";
import { readWatch } from "./watch-stream.ts";

const lines = [
  { type: "ADDED", object: { metadata: { name: "ä", resourceVersion: "1", managedFields: [{ manager: "kubelet" }] } } },
  { type: "MODIFIED", object: { metadata: { name: "ä", resourceVersion: "2" }, data: { text: "a\nb" } } },
  { type: "DELETED", object: { metadata: { name: "ä", resourceVersion: "3" } } },
  { type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } },
];
const bytes = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
const events: readonly WatchEvent[] = [
  { kind: "put", object: { metadata: { name: "ä", resourceVersion: "1" } } },
  { kind: "put", object: { metadata: { name: "ä", resourceVersion: "2" }, data: { text: "a\nb" } } },
  { kind: "gone", object: { metadata: { name: "ä", resourceVersion: "3" } } },
  { kind: "bookmark", resourceVersion: "9" },
];

describe("a watch's stream", () => {
  it("is read into the same events, wherever it is cut into pieces", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length)), async (cuts) => {
        expect(await read(piecesOf(cuts))).toEqual(events);
      }),
    );
  });

  it("gives as one batch what came in one piece", async () => {
    const batches: unknown[] = [];
    for await (const batch of readWatch(streamOf([bytes]))) batches.push(batch);
    expect(batches).toEqual([events]);
  });

  it("that is cut off in the middle of a line gives what was whole", async () => {
    expect(await read([bytes.slice(0, -5)])).toEqual(events.slice(0, 3));
  });

  it("throws the failure that the server tells in it", async () => {
    const error = new TextEncoder().encode(`${JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message: "too old", metadata: {} } })}\n`);
    await expect(read([error])).rejects.toMatchObject({ kind: "too_old" });
  });
});

function piecesOf(cuts: readonly number[]): readonly Uint8Array[] {
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
}

async function read(pieces: readonly Uint8Array[]): Promise<readonly WatchEvent[]> {
  const all: WatchEvent[] = [];
  for await (const batch of readWatch(streamOf(pieces))) all.push(...batch);
  return all;
}

async function* streamOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
