import { describe, expect, test } from "vitest";
import { type FieldHelp, findHelp, helpOf } from "./fields-of.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { referenceText } from "./reference.ts";

const everyField = (field: FieldHelp): readonly FieldHelp[] => [field, ...field.fields.flatMap(everyField)];

describe("help about the language", () => {
  test.each(["app", "cluster", "pipeline"] as const)("says of every field of a %s what it is for, but of those that say it by themselves", (kind) => {
    expect(everyField(helpOf(kind)).filter(({ name, description }) => description === "" && name !== "kind").map(({ name }) => name)).toEqual([]);
  });

  test("finds a field with spec or without, and with names of maps or without", () => {
    const found = findHelp(helpOf("app"), ["spec", "roles", "<role>", "hooks", "join"]);
    expect(found).toMatchObject({ name: "join" });
    expect(findHelp(helpOf("app"), ["roles", "hooks", "join"])).toEqual(found);
    expect(findHelp(helpOf("app"), ["roles", "hoks"])).toMatchObject({ unknown: "hoks", known: expect.arrayContaining(["hooks"]) });
  });

  test("is in the schema of editors and in the reference too", () => {
    const schema = JSON.stringify(jsonSchemaOf("app"));
    const reference = referenceText();
    for (const { description } of everyField(helpOf("app"))) {
      expect(schema).toContain(JSON.stringify(description).slice(1, -1));
      expect(reference).toContain(description.replaceAll("|", "\\|"));
    }
  });
});
