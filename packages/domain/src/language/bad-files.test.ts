import { describe, expect, test } from "vitest";
import { parseApp } from "./app.ts";
import { parseClusterDocument, readClusterDocument } from "./cluster.ts";
import { checkProviders } from "./check-providers.ts";
import { checkSpec } from "./check-spec.ts";
import { parseDocument } from "./document.ts";
import { badApps } from "./testing/bad-apps.ts";
import { badFields } from "./testing/bad-fields.ts";
import { badClusters, badSpecs, clusterHead, thing } from "./testing/bad-clusters.ts";
import { app, expectProblems, told, unmarked } from "./testing/bad-files.ts";

describe("a definition is refused for", () => {
  test.each([...badApps, ...badFields])("%s", (...file) => expectProblems(file, (text) => (parseApp(parseDocument(text)), [])));
});

describe("a Cluster is refused for", () => {
  test.each(badClusters)("%s", (...file) => expectProblems(file, (text) => (parseClusterDocument(parseDocument(text)), [])));
  test.each(badSpecs)("%s, beside its app", (...file) =>
    expectProblems(file, (text) => {
      const document = parseDocument(text);
      const { cluster, problems } = readClusterDocument(document);
      return [...problems, ...(cluster ? checkSpec(thing, cluster.spec, cluster.name, document) : [])].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    }),
  );

  test("a provider of another app, where it exists and the slot says of which", () => {
    const { spec } = parseClusterDocument(parseDocument(`${clusterHead}spec: {app: thing, needs: {store: a, extra: b}}`));
    expect(checkProviders(thing, spec, { a: { name: "kafka", version: "4.1.0" }, b: { name: "kafka", version: "4.1.0" } })).toMatchObject([{ reason: "NEED_OTHER_APP", path: "spec.needs.store" }]);
    expect(checkProviders(thing, spec, { a: { name: "storage", version: undefined } })).toEqual([]);
    expect(checkProviders(thing, spec, {})).toEqual([]);
  });

  test("a name that pods could not have", () => {
    const name = "a".repeat(40);
    const long = parseApp(parseDocument(app(`  roles: {${"b".repeat(21)}: {members: 1+}}\n`)));
    const specOf = (members: number) => parseClusterDocument(parseDocument(`${clusterHead}spec: {app: long, roles: {${"b".repeat(21)}: {members: ${members}}}}`)).spec;
    expect(checkSpec(long, specOf(10), name)).toMatchObject([{ reason: "NAME_TOO_LONG", path: "metadata.name" }]);
    expect(checkSpec(long, specOf(10), name.slice(1))).toEqual([]);
    expect(checkSpec(long, specOf(11), name.slice(1))).toMatchObject([{ reason: "NAME_TOO_LONG" }]);
  });
});

describe("all of these files", () => {
  const apps = [...badApps, ...badFields];
  const all = [...apps, ...badClusters, ...badSpecs];
  const faultsIn = ([, , problems]: (typeof all)[number]) => problems.length;

  test("are many of one fault, and many of several", () => {
    expect(all.filter((file) => faultsIn(file) === 1).length).toBeGreaterThanOrEqual(120);
    expect(all.filter((file) => faultsIn(file) > 1).length).toBeGreaterThanOrEqual(20);
    expect(new Set(all.map(([what, text]) => what + text)).size).toBe(all.length);
  });

  // 100 ms is what a person should wait at most; ten times that leaves room for a machine that does other things.
  test("are judged in a moment each", () => {
    const judge = (text: string) => told(() => (parseApp(parseDocument(text)), []));
    const times = apps.map(([, marked]) => {
      const { text } = unmarked(marked);
      judge(text);
      const before = performance.now();
      judge(text);
      return performance.now() - before;
    });
    expect(Math.max(...times)).toBeLessThan(1000);
  });
});
