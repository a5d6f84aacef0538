import { expect, test } from "vitest";
import { parseMask, placeInDocument } from "./update-mask.ts";

test("a path is segments between dots; one with a dot in it stands between backticks", () => {
  expect(parseMask(["labels", "spec.roles.server.members", "labels.`example.com/team`", "annotations.`x`"])).toEqual([["labels"], ["spec", "roles", "server", "members"], ["labels", "example.com/team"], ["annotations", "x"]]);
});

test("everything is no path at all, or a star", () => {
  expect(parseMask([])).toEqual([]);
  expect(parseMask(["spec.params", "*"])).toEqual([]);
});

test("labels stand in a document's metadata", () => {
  expect(placeInDocument(["labels", "team"])).toEqual(["metadata", "labels", "team"]);
  expect(placeInDocument(["spec", "app"])).toEqual(["spec", "app"]);
});

test.each(["", "status", "spec.sise", "spec..app", "labels.`a", "name", "spec.roles.", "*.x", "x".repeat(300)])("is refused: %s", (path) => {
  expect(() => parseMask([path])).toThrow(expect.objectContaining({ kind: "invalid", reason: "UPDATE_MASK_INVALID" }));
});
