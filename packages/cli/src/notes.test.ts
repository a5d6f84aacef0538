import { parseDocument } from "@troupe/domain/language/document";
import { readSubmitted } from "@troupe/domain/plan/submitted";
import { expect, test } from "vitest";
import { notesOf } from "./notes.ts";

function noted(user: string, roles: string): readonly string[] {
  const document = parseDocument(`{apiVersion: troupe.dev/v1, kind: App, metadata: {name: queue}, spec: {version: "1", image: i:1${user}, roles: {${roles}}}}`);
  return notesOf(readSubmitted({ document, packageFiles: {} })).map(({ message }) => /so (.*) as user 1000/.exec(message)?.[1] ?? "");
}

test("it is noted once of an App which of its roles run as a user that neither it nor they name", () => {
  expect(noted("", "a: {members: 1}, b: {members: 1}")).toEqual(["a, b run"]);
  expect(noted("", "a: {members: 1, user: 7}, b: {members: 1}")).toEqual(["b runs"]);
  expect(noted(", user: 7", "a: {members: 1}, b: {members: 1, user: null}")).toEqual(["b runs"]);
  expect(noted(", user: image", "a: {members: 1}")).toEqual([]);
});

test("nothing is noted of an App that is wrong", () => {
  expect(noted("", "a: {members: many}")).toEqual([]);
});
