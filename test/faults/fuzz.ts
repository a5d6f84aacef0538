import { parseArgs } from "node:util";
import { fuzz } from "@troupe/domain/language/testing/fuzz/fuzz";

/** `npm run faults`: fuzzes the language for a minute. `-- --seed N` makes the same texts again, with `--path P` only one of them. */

const { values } = parseArgs({ options: { seed: { type: "string" }, path: { type: "string" }, seconds: { type: "string", default: "60" } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 31);

console.log(`seed ${seed}`);
const { texts, slowestMs, found } = fuzz({ seed, path: values.path, forMs: Number(values.seconds) * 1000 });
console.log(`${texts.refused} texts were refused, ${texts.valid} valid, ${texts.rendered} rendered; the slowest was judged in ${Math.round(slowestMs)} ms`);
if (found) {
  console.error(`\n${found.what}\n\nnpm run faults -- --seed ${seed} --path ${found.path}\n\n${found.text}`);
  process.exitCode = 1;
}
