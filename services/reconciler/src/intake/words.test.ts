import { emptyRecord } from "@troupe/domain/life/empty-record";
import type { Sources } from "@troupe/domain/plan/sources";
import { aCluster, aRoleSpec, aSpec, someSources } from "@troupe/domain/testing";
import * as wire from "@troupe/proto/troupe/internal/v1/reconciler";
import { describe, expect, it } from "vitest";
import { toWire } from "../testing/fake-control.ts";
import { decodeSources, toSources } from "./words.ts";

describe("sources", () => {
  it.each<[string, Partial<Sources>]>([
    ["that run", { labels: { team: "x" }, spec: aSpec({ params: { n: 1 }, roles: { server: aRoleSpec({ members: 3 }) } }) }],
    ["that are being deleted", { intent: { kind: "delete", deleteVolumes: true } }],
    ["that have needs", { needs: { a: { kind: "bound", provider: "p", exports: { url: "u" } }, b: { kind: "waiting", provider: "q", message: "not there" } } }],
    ["with a last record", { formed: true, lastRecord: emptyRecord(aCluster()) }],
    ["with orders", { orders: [{ id: "1", kind: "restart", args: { role: "server" } }] }],
  ])("%s come over the wire as they were", (_which, change) => {
    const sources = someSources({ version: 2 ** 40, ...change });
    // JSON has no undefined: a field that is not there reads the same.
    expect(decodeSources(wire.Sources.encode(toWire(sources)).finish())).toEqual(JSON.parse(JSON.stringify(sources)));
  });

  it("are refused with an intent of a later control", () => {
    expect(() => toSources({ ...toWire(someSources()), intent: {} })).toThrow(expect.objectContaining({ kind: "internal" }));
  });

  it("are refused without a uid, or an app", () => {
    expect(() => toSources({ ...toWire(someSources()), uid: "" })).toThrow(expect.objectContaining({ kind: "internal" }));
    expect(() => toSources(wire.Sources.create({ uid: "u", spec: "{}" }))).toThrow(expect.objectContaining({ kind: "internal" }));
  });
});
