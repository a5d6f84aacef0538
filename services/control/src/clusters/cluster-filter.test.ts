import { describe, expect, test } from "vitest";
import { aStatus, snapshot } from "../testing/mutations.ts";
import { matches, parseFilter } from "./cluster-filter.ts";

describe("a filter", () => {
  test.each([
    ["", 0],
    ["  ", 0],
    ["app = queue", 1],
    ['app="queue"', 1],
    ['app = "queue" AND state != READY AND labels.team = "x"', 3],
    ["labels.example.com/team = x", 1],
    ['labels.note = "a AND b = \\"c\\" \\\\"', 1],
    ['name = "AND"', 1],
  ])("%s has terms", (text, count) => {
    expect(parseFilter(text)).toHaveLength(count);
  });

  test("in quotes may hold anything", () => {
    expect(parseFilter('labels.note = "a AND b = \\"c\\" \\\\"')).toEqual([{ field: { kind: "label", key: "note" }, equal: true, value: 'a AND b = "c" \\' }]);
  });

  test.each(["app", "app =", "= queue", "app = queue AND", "app = queue OR state = READY", "app = queue state = READY", "size = 3", "labels. = x", "state = TIRED", 'app = "queue', "app == queue", '"app" = queue', "app > queue", `name = ${"x".repeat(2000)}`])("is refused: %s", (text) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ kind: "invalid", reason: "FILTER_INVALID" }));
  });

  test.each([
    ["name = c", true],
    ["name = d", false],
    ["app = queue AND name != d", true],
    ["state = READY", true],
    ["state = ready", true],
    ["state != READY", false],
    ["labels.team = x", true],
    ["labels.team != x", false],
    ["labels.other = x", false],
    ["labels.other != x", true],
    ["labels.constructor != x", true],
  ])("%s of a cluster: %s", (text, expected) => {
    expect(matches(parseFilter(text), snapshot({ labels: { team: "x" }, status: aStatus({ state: "ready" }) }))).toBe(expected);
  });

  test("a cluster that is to go is deleting, whatever was seen last", () => {
    const going = snapshot({ intent: { kind: "delete", deleteVolumes: false }, status: aStatus({ state: "ready" }) });
    expect(matches(parseFilter("state = DELETING"), going)).toBe(true);
    expect(matches(parseFilter("state = PENDING"), snapshot({ status: undefined }))).toBe(true);
  });
});
