import { Cluster } from "@troupe/proto/troupe/v1/cluster";
import { describe, expect, it } from "vitest";
import type { Sink } from "../terminal.ts";
import { paintFor } from "./paint.ts";
import { progressView } from "./progress.ts";

function sinkWith({ redraws }: { readonly redraws: boolean }) {
  const written: string[] = [];
  const sink: Sink = { write: (text) => written.push(text), isTerminal: true, redraws, columns: () => 80, rows: () => 24 };
  return { sink, written };
}

const plain = paintFor({ isTerminal: false, refused: true, env: {} });
const board = { clusters: [Cluster.fromPartial({ name: "projects/p/clusters/c" })], elapsedMs: 0, away: undefined };

describe("progress", () => {
  it("is drawn anew only on a terminal that can move its cursor", () => {
    const [dumb, able] = [sinkWith({ redraws: false }), sinkWith({ redraws: true })];
    progressView(dumb.sink, plain).show(board);
    progressView(able.sink, plain).show(board);
    expect(dumb.written).toEqual(["cluster/c Pending\n"]);
    expect(able.written.join("")).toContain("\u001b[K");
  });

  it("spells out what would steer the terminal", () => {
    const { sink, written } = sinkWith({ redraws: false });
    progressView(sink, plain).show({ ...board, away: "gone\u001b[2J" });
    expect(written.join("")).not.toContain("\u001b");
  });
});
