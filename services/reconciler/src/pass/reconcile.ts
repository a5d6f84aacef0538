import { Failure } from "@troupe/domain/failure";
import type { App } from "@troupe/domain/language/app";
import { advance } from "@troupe/domain/life/advance";
import type { Step } from "@troupe/domain/life/step";
import { summarize } from "@troupe/domain/life/summarize";
import type { DesiredCluster } from "@troupe/domain/plan/desired";
import { withLastNeeds } from "@troupe/domain/plan/last-needs";
import { plan } from "@troupe/domain/plan/plan";
import type { Sources } from "@troupe/domain/plan/sources";
import { diff } from "@troupe/domain/render/diff";
import { render } from "@troupe/domain/render/render";
import { secretWanted } from "@troupe/domain/render/secrets";
import type { KubeCache, StoredRecord } from "../kube/cache.ts";
import type { Kube } from "../kube/kube.ts";
import type { Warnings } from "../kube/warnings.ts";
import type { Reporter } from "../report.ts";
import { apply } from "./apply.ts";
import { confirmOwner, saveRecord } from "./save-record.ts";
import { makeSecret } from "./secrets.ts";

export interface Pass {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly warnings: Pick<Warnings, "addTo">;
  readonly reporter: Pick<Reporter, "report">;
  readonly owner: { readonly epoch: number; readonly isCertain: boolean };
  /** DNS suffix of the target's Services. */
  readonly domain: string;
  readonly nowMs: () => number;
}

const lookAgainMs = 15_000;

/**
 * Brings one cluster closer to its desired state and says how far it is. Safe to run at any time, any number of times, and
 * after a crash anywhere. Answers when to look again where nothing in the target will call.
 */
export async function reconcile(pass: Pass, sources: Sources, app: App): Promise<number | undefined> {
  const { kube, cache, warnings, reporter, owner, nowMs } = pass;
  const saved = cache.recordOf(sources);
  const cluster = withLastNeeds(planned(sources, app, pass.domain), saved?.record);
  const observed = cache.seen(cluster);
  const step = advance(cluster, saved?.record, observed, nowMs());
  if (step.phase === "gone") await releaseRecord(kube, cache, cluster, saved);
  const stored = step.record === undefined ? undefined : await saveRecord({ kube, cache, epoch: owner.epoch }, cluster, saved, step.record);
  const changes = diff(cluster, step, render(cluster, step, stored?.uid ?? saved?.uid ?? ""), observed);
  if (changes.length > 0) {
    // Nothing of this pass is in the record yet that would have stopped an owner of the past.
    if (stored !== undefined && stored === saved && (!owner.isCertain || stored.record.epoch < owner.epoch)) await confirmOwner({ kube, cache, epoch: owner.epoch }, cluster, stored);
    await makeSecrets(kube, cache, cluster, step, observed);
    await apply(kube, cache, changes);
  }
  const isGone = step.phase === "gone" && saved === undefined;
  reporter.report(cluster.uid, { ...summarize(cluster, step, warnings.addTo(observed)), gone: isGone }, stored?.record);
  return step.phase === "blocked" ? lookAgainMs : step.lookAgainInMs;
}

async function makeSecrets(kube: Kube, cache: KubeCache, cluster: DesiredCluster, step: Step, observed: Parameters<typeof makeSecret>[3]): Promise<void> {
  const secret = step.phase === "running" ? secretWanted(cluster, step) : undefined;
  if (secret) await makeSecret(kube, cache, secret, observed);
}

/** The last thing of a deleted cluster. Its finalizer goes after the deletion was asked for, so that a crash in between is seen. */
async function releaseRecord(kube: Kube, cache: KubeCache, { namespace, name }: DesiredCluster, saved: StoredRecord | undefined): Promise<void> {
  if (saved === undefined) return;
  const key = { kind: "ClusterRecord", namespace, name } as const;
  try {
    if (!saved.deleting) await kube.remove(key, { uid: saved.uid });
    await kube.patch(key, { metadata: { uid: saved.uid, finalizers: null } });
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "not_found") throw error;
  }
  cache.absent("ClusterRecord", namespace, name, saved.uid);
}

/** Planned once for each state of the sources: a plan proves itself by evaluating everything. */
function planned(sources: Sources, app: App, domain: string): DesiredCluster {
  const known = plans.get(sources);
  if (known) return known;
  const cluster = plan(sources, app, { domain });
  plans.set(sources, cluster);
  return cluster;
}

const plans = new WeakMap<Sources, DesiredCluster>();
