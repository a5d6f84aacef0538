import { namedIn } from "../../by-name.ts";
import { readsOf } from "../../expression/reads.ts";
import { templatesIn } from "../../language/app-templates.ts";
import type { App } from "../../language/app.ts";
import type { ClusterDocument } from "../../language/cluster.ts";
import type { DesiredCluster } from "../../plan/desired.ts";
import { plan } from "../../plan/plan.ts";
import type { Needs } from "../../plan/sources.ts";
import { someSources } from "../../testing.ts";

/** A cluster as it is planned where it is alone: whatever its definition reads of others is offered, under a name that says what it is. */
export function exampleOf(app: App, { name, project, labels, spec }: ClusterDocument): DesiredCluster {
  const sources = someSources({ name, project, labels, namespace: spec.placement.namespace ?? project, app: { project: app.project, name: app.name, version: app.version, build: app.build, digest: "d" } });
  return plan({ ...sources, spec, needs: needsOf(app, spec) }, app, { domain: "cluster.local" });
}

function needsOf(app: App, spec: ClusterDocument["spec"]): Needs {
  const read = [...Object.values(app.exports), ...Object.values(app.roles).flatMap((role) => templatesIn(role).map(({ template }) => template))].flatMap((template) => readsOf(template).needs);
  return Object.fromEntries(
    Object.keys(spec.needs).map((slot) => {
      const binding = namedIn(spec.needs, slot);
      const exports = binding?.kind === "literal" ? binding.exports : Object.fromEntries(read.filter((each) => each.slot === slot).map(({ export: export_ }) => [export_, `${slot}.${export_}.example:1`]));
      return [slot, { kind: "bound" as const, provider: binding?.kind === "cluster" ? binding.cluster : undefined, exports }];
    }),
  );
}
