import { readsOf } from "../expression/reads.ts";
import type { App } from "../language/app.ts";
import { templatesIn } from "../language/app-templates.ts";
import type { ClusterDocument } from "../language/cluster.ts";
import type { DesiredCluster } from "./desired.ts";
import { plan } from "./plan.ts";
import type { Need, Needs } from "./sources.ts";

/** Stands for the uid that a cluster gets when it is created. */
const uid = "01900000-0000-7000-8000-000000000001";

/** A cluster as it would be planned, where nothing is known but its documents. Throws as `plan` does. */
export function planAlone(app: App, { name, project, labels, spec }: ClusterDocument, needs: Needs): DesiredCluster {
  const ref = { project: app.project, name: app.name, version: app.version, build: app.build, digest: "" };
  const place = { target: spec.placement.target, namespace: spec.placement.namespace ?? project };
  return plan({ uid, project, ...place, name, labels, version: 1, generation: 1, intent: { kind: "run" }, app: ref, spec, needs, formed: false, lastRecord: undefined, continued: 0, orders: [] }, app, { domain: "cluster.local" });
}

/** Slot → export → value. */
export type GivenExports = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * What a cluster needs where those that offer it are not known: what is given, and for whatever else the definition reads of
 * them a value that looks like an address and says what it stands for.
 */
export function needsAlone(app: App, { needs }: Pick<ClusterDocument["spec"], "needs">, given: GivenExports = {}): Needs {
  const read = [...Object.values(app.exports), ...Object.values(app.roles).flatMap((role) => templatesIn(role).map(({ template }) => template))].flatMap((template) => readsOf(template).needs);
  return Object.fromEntries(
    Object.entries(needs).map(([slot, binding]): readonly [string, Need] => {
      if (binding.kind === "literal") return [slot, { kind: "bound", provider: undefined, exports: binding.exports }];
      const standIns = Object.fromEntries(read.filter((each) => each.slot === slot).map(({ export: name }) => [name, `${slot}.${name}.example:1`]));
      return [slot, { kind: "bound", provider: binding.cluster, exports: { ...standIns, ...given[slot] } }];
    }),
  );
}
