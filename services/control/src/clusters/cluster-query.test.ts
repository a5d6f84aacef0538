import { describe, expect, test } from "vitest";
import { decodePageToken, encodePageToken, keyParts, orderParts, parseOrder, parsePageSize } from "./cluster-query.ts";

describe("a page token", () => {
  const question = ["clusters", "payments", "app = queue", ""];
  const token = { after: ["payments", "c"], revision: 7 };
  const names = orderParts({ by: "name", descending: false });

  test("brings back where the list goes on", () => {
    expect(decodePageToken(encodePageToken(token, question), question, names)).toEqual(token);
    expect(decodePageToken("", question, names)).toBeUndefined();
  });

  test("fits no other question", () => {
    expect(() => decodePageToken(encodePageToken(token, question), [...question, "x"], names)).toThrow(expect.objectContaining({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" }));
  });

  test.each(["x", "bnVsbA", Buffer.from('["a",1,2]').toString("base64url"), Buffer.from('["a","b"]').toString("base64url")])("that nobody made is refused: %s", (text) => {
    expect(() => decodePageToken(text, question, names)).toThrow(expect.objectContaining({ reason: "PAGE_TOKEN_INVALID" }));
  });

  test.each([
    ["too few parts", ["payments"], 1, names],
    ["too many", ["payments", "c", "d"], 1, names],
    ["no name", ["payments", "c\0"], 1, names],
    ["no uid", ["c"], 1, orderParts({ by: "create_time", descending: true })],
    ["no number of a build", ["1.", "99999999999"], 1, [keyParts.versionKey, keyParts.build]],
    ["no revision", ["payments", "c"], 1.5, names],
    ["a revision before the first", ["payments", "c"], -1, names],
  ])("that somebody forged with %s in it is refused, and never reaches the database", (_what, after, revision, parts) => {
    expect(() => decodePageToken(encodePageToken({ after, revision }, question), question, parts)).toThrow(expect.objectContaining({ kind: "invalid", reason: "PAGE_TOKEN_INVALID" }));
  });
});

test("an order is a field, and desc for the other direction", () => {
  expect(parseOrder("")).toEqual({ by: "name", descending: false });
  expect(parseOrder("create_time desc")).toEqual({ by: "create_time", descending: true });
  expect(parseOrder(" name asc ")).toEqual({ by: "name", descending: false });
  for (const wrong of ["size", "name up", "name, create_time"]) expect(() => parseOrder(wrong)).toThrow(expect.objectContaining({ reason: "ORDER_INVALID" }));
});

test("a page has 50 unless asked for more, and never more than 1,000", () => {
  expect([0, 7, 5000].map(parsePageSize)).toEqual([50, 7, 1000]);
  expect(() => parsePageSize(-1)).toThrow(expect.objectContaining({ reason: "PAGE_SIZE_INVALID" }));
});
