import { namedIn } from "../by-name.ts";
import type { Problem } from "../failure.ts";
import type { AppName, ClusterName } from "../name.ts";
import type { App } from "./app.ts";
import type { ClusterSpec } from "./cluster.ts";
import type { Document } from "./document.ts";
import { problemsIn } from "./problems.ts";

/** What is wrong with the clusters that a spec is bound to: of those that exist (`appOf`: cluster → its app), each must be of the app that its slot asks for. */
export function checkProviders(app: App, spec: ClusterSpec, appOf: Readonly<Record<ClusterName, AppName>>, placeOf: Document["placeOf"] = () => undefined): readonly Problem[] {
  const problems = problemsIn({ placeOf });
  for (const [slot, binding] of Object.entries(spec.needs)) {
    const wanted = namedIn(app.needs, slot)?.app;
    const found = binding.kind === "cluster" ? namedIn(appOf, binding.cluster) : undefined;
    if (binding.kind !== "cluster" || wanted === undefined || found === undefined || found === wanted) continue;
    problems.add(["spec", "needs", slot], "NEED_OTHER_APP", `the cluster ${binding.cluster} is of ${found}, and ${slot} needs one of ${wanted}: name another cluster, or give its exports as values`);
  }
  return problems.list;
}
