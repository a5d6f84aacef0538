import { describe, expect, test } from "vitest";
import { memoryStore } from "../testing/memory-store.ts";
import { aUid } from "../testing/mutations.ts";
import { makePublishApp } from "./publish-app.ts";

const caller = { name: "ann", peer: "", traceparent: undefined };
const app = (namespace = "") => `{apiVersion: troupe.dev/v1, kind: App, metadata: {name: queue${namespace}}, spec: {version: "1", image: i:1, roles: {server: {members: 1+}}}}`;

describe("a build of an App", () => {
  test("is the same whether its document names the project or the request does, or nobody that of the shared catalogue", async () => {
    const publish = makePublishApp({ store: memoryStore(), newUid: aUid, nowMs: () => 0 });
    const publishAs = async (text: string, project?: string) => (await publish({ project, manifest: { text, firstLine: 1, package: {} }, request: undefined, validateOnly: false }, caller)).uid;
    const catalogue = await publishAs(app());
    expect([await publishAs(app(", namespace: troupe-system")), await publishAs(app(), "troupe-system")]).toEqual([catalogue, catalogue]);
    const own = await publishAs(app(", namespace: shop"));
    expect([await publishAs(app(), "shop"), own === catalogue]).toEqual([own, false]);
  });
});
