import { parseApp } from "../../language/app.ts";
import { parseClusterDocument } from "../../language/cluster.ts";
import { parseDocument } from "../../language/document.ts";
import type { DesiredCluster } from "../../plan/desired.ts";
import { plan } from "../../plan/plan.ts";
import type { Sources } from "../../plan/sources.ts";
import { someSources } from "../../testing.ts";
import type { ClusterStatus } from "../status.ts";

/** A cluster of a definition, both as people write them: `app` is YAML below `spec`, `spec` what follows `app: …` in braces. */
export function written(app: string, spec = "", generation = 1, sources: Partial<Sources> = {}): DesiredCluster {
  const definition = parseApp(parseDocument(`apiVersion: troupe.dev/v1\nkind: App\nmetadata: {name: sample}\nspec:\n  version: "1"\n  image: a\n${app}`));
  const wanted = parseClusterDocument(parseDocument(`apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: c}\nspec: {app: sample${spec === "" ? "" : `, ${spec}`}}\n`));
  return plan(someSources({ spec: wanted.spec, generation, ...sources }), definition, { domain: "cluster.local" });
}

/** Why it waits. */
export function reasonsOf({ waiting }: ClusterStatus): readonly string[] {
  return [...new Set(waiting.map(({ reason }) => reason))];
}

/** State, and what is said of being ready. */
export function readyOf({ state, conditions }: ClusterStatus): readonly [state: string, ready: string | undefined, reason: string | undefined] {
  const ready = conditions.find(({ type }) => type === "Ready");
  return [state, ready?.status, ready?.reason];
}
