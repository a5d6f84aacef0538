import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type FieldHelp, fieldsOf, findHelp, helpOf, kinds } from "./fields-of.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { referenceText } from "./reference.ts";
import { appSchema } from "./schema/app.ts";

const everyField = (field: FieldHelp): readonly FieldHelp[] => [field, ...fieldsOf(field).flatMap(everyField)];
const find = (kind: keyof typeof kinds, path: string) => findHelp(helpOf(kind), path.split("."));

describe("help about the language", () => {
  test.each(["app", "cluster", "pipeline"] as const)("says of every field of a %s what it is for", (kind) => {
    expect(everyField(helpOf(kind)).filter(({ description }) => description === "").map(({ name }) => name)).toEqual([]);
  });

  test("finds a field with spec or without, and with names of maps or without", () => {
    const found = find("app", "spec.roles.<role>.hooks.join");
    expect(found).toMatchObject({ name: "join" });
    expect(find("app", "roles.hooks.join")).toEqual(found);
    expect(find("pipeline", "clusters.<key>.roles.members")).toMatchObject({ name: "members" });
  });

  test("says what is known where a path leads nowhere", () => {
    expect(find("app", "roles.hoks.join")).toMatchObject({ unknown: "hoks", known: expect.arrayContaining(["hooks"]) });
    expect(find("app", "rolls")).toMatchObject({ unknown: "rolls", known: expect.arrayContaining(["metadata", "roles"]) });
    expect(find("app", "version.major")).toEqual({ unknown: "major", known: [] });
  });

  test("tells type, values and default apart from what a field is for", () => {
    expect(find("app", "ports.protocol")).toMatchObject({ type: "TCP | UDP", values: ["TCP", "UDP"], default: "TCP", required: false });
    expect(find("app", "hooks.join")).toMatchObject({ type: "Step or list of Step", values: [], default: undefined });
    expect(find("app", "retries")).toMatchObject({ type: "whole number from 0 to 1000", default: "6", description: expect.not.stringContaining("Default") });
    expect(find("app", "probes.ready.period")).toMatchObject({ type: "duration", default: "5s, of `healthy` 10s" });
    expect(find("cluster", "app")).toMatchObject({ type: "text", required: true });
  });

  test("has everything in the reference, and each named map once", () => {
    const reference = referenceText();
    for (const { description } of everyField(helpOf("app"))) expect(reference).toContain(description.replaceAll("|", "\\|"));
    expect(reference.match(/^## Step$/gm)).toHaveLength(1);
  });
});

describe("a field that is added to a schema", () => {
  const colour = z.enum(["red", "blue"]).optional().describe("What members are painted with. Default: red.");
  const painted = appSchema.extend({ spec: appSchema.shape.spec.extend({ colour }) });

  test("is explained, in the schema of editors and in the reference without any other change", () => {
    expect(findHelp(helpOf("app", painted), ["colour"])).toMatchObject({ type: "red | blue", default: "red", description: "What members are painted with." });
    expect(jsonSchemaOf("app", painted)).toMatchObject({ properties: { spec: { properties: { colour: { type: "string", enum: ["red", "blue"], description: expect.stringContaining("painted") } } } } });
    expect(referenceText({ ...kinds, app: painted })).toContain("| `spec.colour` | red \\| blue | red | What members are painted with. |");
  });
});
