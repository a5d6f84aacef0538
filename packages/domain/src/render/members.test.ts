import { describe, expect, test } from "vitest";
import { canonicalJson } from "../canonical.ts";
import { readsOf } from "../expression/reads.ts";
import { templatesIn } from "../language/app-templates.ts";
import { definitionOf, parseApp } from "../language/app.ts";
import type { ClusterDocument } from "../language/cluster.ts";
import { documentOfValue } from "../language/document.ts";
import { isLegal } from "../language/members.ts";
import { catalogueApp, catalogueCluster, catalogueEntry, catalogueNames } from "../language/testing/catalogue.ts";
import { aRoleSpec } from "../testing.ts";
import type { KubeObject } from "./manifest.ts";
import { previewOf } from "./preview.ts";
import { exampleOf } from "./testing/example.ts";

/** What holds for the members of every application, whatever it is. */

function withMembers(cluster: ClusterDocument, role: string, members: number): ClusterDocument {
  const { spec } = cluster;
  return { ...cluster, spec: { ...spec, roles: { ...spec.roles, [role]: { ...aRoleSpec(), ...spec.roles[role], members } } } };
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, item]) => [key, reversed(item)]));
}

const byKey = (objects: readonly KubeObject[]) => new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));

describe.each(catalogueNames)("members of %s", (name) => {
  const app = catalogueApp(name);
  const document = catalogueCluster(name);

  test("share no name, id, host or volume, and have names that Kubernetes takes", () => {
    const cluster = exampleOf(app, { ...document, name: "c".repeat(40 - Math.max(0, ...Object.keys(app.roles).map((role) => role.length - 15))) });
    const objects = previewOf(cluster);
    expect(byKey(objects).size).toBe(objects.length);
    const hosts = objects.filter(({ kind }) => kind === "Pod").map(({ spec }) => (spec as { readonly hostname: string }).hostname);
    expect(new Set(hosts).size).toBe(hosts.length);
    for (const { kind, metadata } of objects) expect([metadata.name, metadata.name.length <= (kind === "PersistentVolumeClaim" ? 253 : 63)]).toEqual([metadata.name, true]);
  });

  test("are the same whatever the order in which the definition is written", () => {
    const { document: written, packageFiles } = catalogueEntry(name);
    const again = parseApp(documentOfValue(reversed(definitionOf(written, packageFiles))));
    expect(canonicalJson(previewOf(exampleOf(again, document)))).toBe(canonicalJson(previewOf(exampleOf(app, document))));
  });

  test("are not changed by one more, but where the definition reads who or how many they are", () => {
    const cluster = exampleOf(app, document);
    const growing = Object.values(cluster.roles).filter(({ name: role, count, defined }) => count > 0 && isLegal(app.roles[role]?.members ?? defined.members, count + 1));
    for (const { name: role, count } of growing) {
      const before = previewOf(cluster);
      const after = byKey(previewOf(exampleOf(app, withMembers(document, role, count + 1))));
      for (const object of before.filter(({ kind }) => kind === "Pod" || kind === "PersistentVolumeClaim" || kind === "Service")) {
        const grown = after.get(`${object.kind}/${object.metadata.name}`);
        if (canonicalJson(grown) !== canonicalJson(object)) expect([object.metadata.name, readsOthers(object)]).toEqual([object.metadata.name, true]);
      }
    }
  });

  function readsOthers({ metadata }: KubeObject): boolean {
    const role = app.roles[metadata.labels?.["troupe.dev/role"] ?? ""];
    const reads = role === undefined ? [] : [...templatesIn(role).map(({ template }) => template), ...Object.values(app.exports)].map(readsOf);
    return role?.peers !== undefined || reads.some(({ roles, topology, role: own }) => roles.length > 0 || topology.length > 0 || own.includes("count"));
  }
});
