import { expect, test } from "vitest";
import { freePort } from "../ports.ts";

test("nobody in a process is given a port that another was given", async () => {
  const ports: number[] = [];
  for (let count = 0; count < 2_000; count++) ports.push(await freePort());
  expect(new Set(ports).size).toBe(ports.length);
});
