import { namedIn } from "../by-name.ts";
import type { Problem } from "../failure.ts";
import type { AppName, ClusterName } from "../name.ts";
import type { App, NeedSlot } from "./app.ts";
import type { ClusterSpec } from "./cluster.ts";
import type { Document } from "./document.ts";
import { problemsIn } from "./problems.ts";

/** What a cluster is of; its version where it is known. */
export interface ProviderApp {
  readonly name: AppName;
  readonly version: string | undefined;
}

/** What is wrong with the clusters that a spec is bound to: of those that exist (`appOf`: cluster → its app), each must be of the app and version that its slot asks for. */
export function checkProviders(app: App, spec: ClusterSpec, appOf: Readonly<Record<ClusterName, ProviderApp>>, placeOf: Document["placeOf"] = () => undefined): readonly Problem[] {
  const problems = problemsIn({ placeOf });
  for (const [slot, binding] of Object.entries(spec.needs)) {
    const wanted = namedIn(app.needs, slot);
    const found = binding.kind === "cluster" ? namedIn(appOf, binding.cluster) : undefined;
    if (binding.kind !== "cluster" || wanted === undefined || found === undefined || isMeant(wanted, found)) continue;
    const asked = `${wanted.app ?? "an app"}${wanted.version === undefined ? "" : ` of version ${wanted.version}`}`;
    problems.add(["spec", "needs", slot], "NEED_OTHER_APP", `the cluster ${binding.cluster} is of ${found.name}${found.version === undefined ? "" : `@${found.version}`}, and ${slot} needs one of ${asked}: name another cluster, or give its exports as values`);
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
