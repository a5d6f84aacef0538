import { createContext, Script } from "node:vm";
import fc from "fast-check";
import { editedText } from "./edits.ts";
import { Finding, type Judged, judged } from "./judged.ts";
import { changedDocument } from "./of-schema.ts";
import { appsOf, badSeeds, goodSeeds, type Seed, smallSeed } from "./seeds.ts";

/** Texts that nobody would write, each of which comes to a value or to problems with their places, and soon. */

export interface FuzzOptions {
  /** The same number makes the same texts, one after another, for as long as there is time. */
  readonly seed: number;
  /** Of a finding: only that text is made. */
  readonly path?: string | undefined;
  readonly forMs: number;
}

export interface Fuzzed {
  readonly texts: Readonly<Record<Judged["outcome"], number>>;
  /** Of what was read and judged, without what it was rendered to. */
  readonly slowestMs: number;
  readonly found: Found | undefined;
}

export interface Found {
  /** Makes the text again, together with the seed. */
  readonly path: string;
  readonly what: string;
  /** The smallest that was found to come to the same. */
  readonly text: string;
}

/** Of judging one text: a tenth of it is the aim, the rest is for machines that do other things. */
const longestMs = 1000;
/** Of all that is done with one text. */
const hangsMs = 20_000;
const longestShrinkMs = 20_000;

export function fuzz({ seed, path, forMs }: FuzzOptions): Fuzzed {
  const good = goodSeeds();
  const all = [smallSeed, ...good, ...badSeeds()];
  const judge = watched(good);
  const texts = { refused: 0, valid: 0, rendered: 0 };
  let slowestMs = 0;
  const property = fc.property(fc.oneof({ arbitrary: editedText(all, all), weight: 2 }, { arbitrary: changedDocument([smallSeed]), weight: 2 }, { arbitrary: changedDocument(good), weight: 3 }), (text) => {
    const { outcome, ms } = judge(text);
    texts[outcome] += 1;
    slowestMs = Math.max(slowestMs, ms);
  });
  const { failed, counterexample, counterexamplePath, errorInstance } = fc.check(property, { seed, numRuns: path === undefined ? Number.MAX_SAFE_INTEGER : 1, interruptAfterTimeLimit: forMs, ...(path !== undefined && { path }) });
  const [smallest] = counterexample ?? [];
  if (!failed || smallest === undefined) return { texts, slowestMs, found: undefined };
  const what = whatOf(errorInstance);
  return { texts, slowestMs, found: { path: counterexamplePath ?? "", what, text: withFewestLines(smallest, judge, what) } };
}

type Judge = (text: Seed) => Judged;

/** Ends what does not end by itself, as only the engine can. */
function watched(seeds: readonly Seed[]): Judge {
  const apps = appsOf(seeds);
  const context = createContext({ judged, apps, text: undefined });
  const script = new Script("judged(text, apps)");
  const once = (text: Seed): Judged => {
    context["text"] = text;
    return script.runInContext(context, { timeout: hangsMs }) as Judged;
  };
  return (text) => {
    const first = once(text);
    const { ms, ...rest } = first.ms < longestMs ? first : once(text);
    if (ms >= longestMs) throw new Finding(`it takes more than ${longestMs} ms to be judged`);
    return { ms, ...rest };
  };
}

function whatOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const where = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at ")).slice(0, 8);
  return [`${error.name}: ${error.message}`, ...where].join("\n");
}

/** By taking out lines, as long as it comes to the same. */
function withFewestLines(seed: Seed, judge: Judge, what: string): string {
  const lines = seed.text.split("\n");
  const property = fc.property(fc.array(fc.constantFrom(...lines), { maxLength: lines.length }), (some) => {
    try {
      judge({ ...seed, text: some.join("\n") });
    } catch (error) {
      if (kindOf(whatOf(error)) === kindOf(what)) throw error;
    }
  });
  const { counterexample: fewest } = fc.check(property, { examples: [[lines]], numRuns: 1, interruptAfterTimeLimit: longestShrinkMs });
  return fewest?.[0]?.join("\n") ?? seed.text;
}

/** Without names and numbers of the text, which change with its lines. */
function kindOf(what: string): string {
  return what.replaceAll(/["`'].*?["`']|\d+/g, "").slice(0, 60);
}
