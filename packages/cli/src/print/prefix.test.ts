import { expect, test } from "vitest";
import { paintFor } from "./paint.ts";
import { prefixOf } from "./prefix.ts";

const members = ["broker-0", "broker-10", "controller-0"];
const paint = (forced: boolean) => paintFor({ isTerminal: false, refused: false, env: { FORCE_COLOR: forced ? "1" : "0" } });

test("prefixes are of one width, so that lines stay aligned", () => {
  expect(members.map((member) => prefixOf(member, members, paint(false)))).toEqual(["broker-0     | ", "broker-10    | ", "controller-0 | "]);
});

test("each member has a colour of its own, and more members than colours have one each too", () => {
  const coloured = members.map((member) => prefixOf(member, members, paint(true)).split("m")[0]);
  expect(new Set(coloured).size).toBe(3);
  const many = Array.from({ length: 30 }, (_, index) => `broker-${index}`);
  for (const member of many) expect(prefixOf(member, many, paint(true))).toContain(member);
});
