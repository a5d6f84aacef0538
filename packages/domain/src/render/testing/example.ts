import type { App } from "../../language/app.ts";
import type { ClusterDocument } from "../../language/cluster.ts";
import type { DesiredCluster } from "../../plan/desired.ts";
import { needsAlone, planAlone } from "../../plan/plan-alone.ts";

/** As `troupe render` plans it: whatever its definition reads of others is offered, under a name that says what it is. */
export function exampleOf(app: App, document: ClusterDocument): DesiredCluster {
  return planAlone(app, document, needsAlone(app, document.spec));
}
