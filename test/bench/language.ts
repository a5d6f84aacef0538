import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseApp } from "@troupe/domain/language/app";
import { parseClusterDocument } from "@troupe/domain/language/cluster";
import { parseDocument } from "@troupe/domain/language/document";
import { advance } from "@troupe/domain/life/advance";
import type { ObservedCluster } from "@troupe/domain/life/observed";
import { plan } from "@troupe/domain/plan/plan";
import { render } from "@troupe/domain/render/render";
import { someSources } from "@troupe/domain/testing";
import { median } from "./cpu.ts";

/** From two texts to every object of a new cluster: parse, check, plan with its proof, first step, render. Nothing is remembered between rounds. */

/** Without the order of roles, so that all members are made in one step. */
const definition = readFileSync(join(import.meta.dirname, "../fixtures/two-roles.yaml"), "utf8").replace("after: [controller]", "after: []");
const nothing: ObservedCluster = { objects: [], pods: {}, claims: {}, keptClaims: {}, secrets: new Set(), adoptedIsThere: false };

export interface LanguageTime {
  readonly members: number;
  readonly objects: number;
  /** Of the first round of the process. */
  readonly firstMs: number;
  readonly ms: number;
}

export function timeOfRender(members: number, rounds: number): LanguageTime {
  const spec = `apiVersion: troupe.dev/v1\nkind: Cluster\nmetadata: {name: big}\nspec: {app: kafka, roles: {controller: {members: 5}, broker: {members: ${members - 5}, memory: 4Gi}}}\n`;
  let objects = 0;
  // As many rounds before those that count: a service has run this code before.
  const times = Array.from({ length: 2 * rounds }, () => {
    const from = performance.now();
    const app = parseApp(parseDocument(definition));
    const cluster = plan({ ...someSources({ name: "big" }), spec: parseClusterDocument(parseDocument(spec)).spec }, app, { domain: "cluster.local" });
    objects = render(cluster, advance(cluster, undefined, nothing, 0), "u").length;
    return performance.now() - from;
  });
  return { members, objects, firstMs: times[0] ?? 0, ms: median(times.slice(rounds)) };
}
