import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world/world.ts";

/** The objects that are reviewed as golden files: every application's, and those of cases that cover the language. */
const golden = join(import.meta.dirname, "../packages/domain/src/render/golden");
const files = readdirSync(golden).filter((file) => file.endsWith(".yaml"));

interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());

describe("every object that is rendered", () => {
  test.each(files)("of %s is accepted by the API server, which knows every field of it", { timeout: 60_000 }, async (file) => {
    const objects = parseAllDocuments(await readFile(join(golden, file), "utf8")).map((document) => document.toJS() as Rendered);
    const namespace = `strict-${file.replace(/\.yaml$/, "")}`;
    const moved = objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
    await world.kubernetes.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    // Pods are refused where their account is not there, and a dry run makes none.
    for (const account of moved.filter(({ kind }) => kind === "ServiceAccount")) await world.kubernetes.request("POST", pathOf(account), account);
    const refused: unknown[] = [];
    for (const object of moved.filter(({ kind }) => kind !== "ServiceAccount")) {
      const { status, body } = await world.kubernetes.request("POST", `${pathOf(object)}?dryRun=All&fieldValidation=Strict`, object);
      if (status !== 201) refused.push([object.kind, object.metadata.name, (body as { readonly message?: string }).message]);
    }
    expect(refused).toEqual([]);
    expect(moved.length).toBeGreaterThan(4);
  });
});

function pathOf({ apiVersion, kind, metadata: { namespace } }: Rendered): string {
  return `${apiVersion.includes("/") ? `/apis/${apiVersion}` : "/api/v1"}/namespaces/${namespace}/${kind.toLowerCase()}s`;
}
