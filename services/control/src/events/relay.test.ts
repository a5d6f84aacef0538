import { describe, expect, test } from "vitest";
import { startOf } from "./relay.ts";

const stream = { messages: 10, createdAt: "s1", firstSequence: 1, lastSequence: 100 };
const keptSince = "2026-11-01T00:00:00Z";
const cursor = (change: object = {}, purged = 0) => ({ purged, published: { revision: 40, stream: "s1", sequence: 100, time: "2026-11-20T00:00:00Z", ...change } });

describe("publishing goes on", () => {
  test("after what was published", () => {
    expect(startOf(cursor(), stream, keptSince)).toBe(40);
  });

  test("from the beginning for a stream that is another one", () => {
    expect(startOf(cursor(), { ...stream, createdAt: "s2" }, keptSince)).toBe(0);
    expect(startOf(cursor({}, 15), { ...stream, createdAt: "s2" }, keptSince)).toBe(15);
  });

  test("as far back as the stream has lost messages at its end", () => {
    expect(startOf(cursor(), { ...stream, lastSequence: 93 }, keptSince)).toBe(33);
    expect(startOf(cursor({ revision: 3 }), { ...stream, lastSequence: 93 }, keptSince)).toBe(0);
  });

  test("from the beginning when messages that are young enough to be there are not", () => {
    expect(startOf(cursor(), { ...stream, firstSequence: 101 }, keptSince)).toBe(0);
    expect(startOf(cursor({ time: "2026-10-01T00:00:00Z" }), { ...stream, firstSequence: 101 }, keptSince)).toBe(40);
  });
});
