import { expect, test } from "vitest";
import { fuzz } from "./testing/fuzz/fuzz.ts";

/** The same texts each time, as far as ten seconds go: a change must not fail for what was always so. `npm run faults` makes others, for a minute. */
const forMs = 10_000;
const seed = Number(process.env["TROUPE_TEST_SEED"] ?? 20_261_128);

test("whatever stands in a text, it comes to a value, or to problems with their places, and soon", { timeout: 120_000 }, () => {
  const { texts, slowestMs, found } = fuzz({ seed, forMs });
  console.log(`seed ${seed}: ${texts.refused} texts were refused, ${texts.valid} valid, ${texts.rendered} rendered; the slowest was judged in ${Math.round(slowestMs)} ms`);
  expect(found && `${found.what}\n\nnpm run faults -- --seed ${seed} --path ${found.path}\n\n${found.text}`).toBeUndefined();
  expect(texts.rendered).toBeGreaterThan(0);
});
