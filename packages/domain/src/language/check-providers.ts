import { namedIn } from "../by-name.ts";
import type { Problem } from "../failure.ts";
import type { AppName, ClusterName } from "../name.ts";
import type { App, NeedSlot } from "./app.ts";
import type { ClusterSpec } from "./cluster.ts";
import { problemsIn, valueAt } from "./problems.ts";
import { providerInWords, siblingFor } from "./providers-in-words.ts";
import { unwritten, type Written } from "./written.ts";

/** What a cluster is of; its version where it is known. */
export interface ProviderApp {
  readonly name: AppName;
  readonly version: string | undefined;
}

/** What is wrong with the clusters that a spec is bound to: of those that exist (`appOf`: cluster → its app), each must be of the app and version that its slot asks for. */
export function checkProviders(app: App, spec: ClusterSpec, appOf: Readonly<Record<ClusterName, ProviderApp>>, document: Written = unwritten): readonly Problem[] {
  const problems = problemsIn(document);
  for (const [slot, binding] of Object.entries(spec.needs)) {
    const wanted = namedIn(app.needs, slot);
    const found = binding.kind === "cluster" ? namedIn(appOf, binding.cluster) : undefined;
    if (binding.kind !== "cluster" || wanted === undefined || found === undefined || isMeant(wanted, found)) continue;
    const written = valueAt(document.value, ["spec", "needs", slot]);
    const isSibling = typeof written === "string" && Object.hasOwn(document.siblings ?? {}, written);
    const sibling = siblingFor(wanted, document);
    const message = `${isSibling ? `${written} of this pipeline` : `the cluster ${binding.cluster}`} is of ${found.name}${found.version === undefined ? "" : `@${found.version}`}, and ${slot} needs another: name ${providerInWords(wanted, document)}, or give its exports as values`;
    problems.add(["spec", "needs", slot], "NEED_OTHER_APP", message, sibling === undefined || sibling === written ? {} : { suggestion: `did you mean ${sibling}?` });
  }
  return problems.list;
}

function isMeant(wanted: NeedSlot, { name, version }: ProviderApp): boolean {
  return (wanted.app === undefined || wanted.app === name) && (wanted.version === undefined || version === undefined || isVersionOf(version, wanted.version));
}

/** `4.1` is the beginning of `4.1`, `4.1.3` and `4.1-rc1`, and not of `4.10`. */
function isVersionOf(version: string, beginning: string): boolean {
  return version.startsWith(beginning) && !/^\d/.test(version.slice(beginning.length));
}
