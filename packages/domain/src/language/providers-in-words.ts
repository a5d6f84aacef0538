import type { NeedSlot } from "./app.ts";
import type { Written } from "./written.ts";

/** What can be written to meet a need, as part of a sentence: in a pipeline its own keys come first. */

export function providerInWords({ app, version }: Pick<NeedSlot, "app" | "version">, { siblings }: Pick<Written, "siblings">): string {
  const whose = version === undefined ? app : `${app ?? "an app of version"} ${version}`;
  if (siblings === undefined) return `a cluster${whose === undefined ? "" : ` of ${whose}`}`;
  return `a key of this pipeline, or a cluster of the project${whose === undefined ? "" : `, that is of ${whose}`}`;
}

/** The only one of a pipeline's other clusters that is of the app that is asked for. */
export function siblingFor({ app }: Pick<NeedSlot, "app">, { siblings = {} }: Pick<Written, "siblings">): string | undefined {
  const [fitting, ...others] = Object.keys(siblings).filter((key) => siblings[key] === app);
  return others.length === 0 ? fitting : undefined;
}
