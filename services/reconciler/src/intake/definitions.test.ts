import { Failure } from "@troupe/domain/failure";
import type { App } from "@troupe/domain/language/app";
import { anApp } from "@troupe/domain/testing";
import { describe, expect, it } from "vitest";
import { Definitions } from "./definitions.ts";

describe("a definition", () => {
  it("is fetched once for all who ask at the same time, and then known at once", async () => {
    const { definitions, asked } = fetching();
    const [one, two] = await Promise.all([definitions.definitionOf("d"), definitions.definitionOf("d")]);
    expect(one).toBe(two);
    expect(definitions.definitionOf("d")).toBe(one);
    expect(asked).toEqual(["d"]);
  });

  it("of another digest is another", async () => {
    const { definitions, asked } = fetching();
    await Promise.all([definitions.definitionOf("d"), definitions.definitionOf("e")]);
    expect(asked).toEqual(["d", "e"]);
  });

  it("that could not be fetched is asked for again", async () => {
    const { definitions, asked } = fetching(1);
    const ask = async () => definitions.definitionOf("d");
    expect((await Promise.allSettled([ask(), ask()])).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await definitions.definitionOf("d")).toMatchObject({ name: "sample" });
    expect(asked).toEqual(["d", "d"]);
  });
});

function fetching(failures = 0) {
  const asked: string[] = [];
  const definitions = new Definitions(async (digest): Promise<App> => {
    asked.push(digest);
    if (asked.length <= failures) throw new Failure("unavailable", "control is away");
    return anApp();
  });
  return { definitions, asked };
}
