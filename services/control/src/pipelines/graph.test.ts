import { parseApp } from "@troupe/domain/language/app";
import { parseDocument } from "@troupe/domain/language/document";
import { expect, test } from "vitest";
import type { ClusterSnapshot, StoredCluster } from "../store.ts";
import { aPipeline, aSpec, aStatus, snapshot } from "../testing/mutations.ts";
import { graph } from "./graph.ts";

const engine = parseApp(parseDocument('apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: engine}\nspec: {version: "1", image: a, needs: {source: {}}, env: {P: "${{ needs.source.password }}"}, roles: {server: {members: 1}}}\n'));
const needing = (cluster: string) => aSpec({ needs: { source: { kind: "cluster", cluster } } });
const spec = { clusters: { work: needing("log"), log: aSpec() } };

function stored(key: string, change: Partial<ClusterSnapshot>): StoredCluster {
  return { ...snapshot({ uid: key, name: `clicks-${key}`, pipeline: { uid: "u", key }, ...change }), revision: 1, version: 1, guard: { epoch: 0, seq: 0 }, formed: true, appUid: "a", goneTime: undefined };
}

test.each([
  ["its own", "here", "bound"],
  ["another", "there", "waiting"],
])("a slot that reads a secret in %s namespace is shown as it is for the cluster", (_which, namespace, state) => {
  const log = stored("log", { namespace, status: aStatus({ exports: { password: { namespace, secret: "s", key: "k" } } }) });
  const work = stored("work", { namespace: "here", spec: needing("clicks-log") });
  const { edges } = graph(aPipeline("clicks", { spec }), [work, log], [], new Map([["clicks-work", engine]]));
  expect(edges).toMatchObject([{ from: "clicks-log", to: "clicks-work", slot: "source", state }]);
});
