import type { App } from "@troupe/domain/language/app";
import type { ClusterStatus } from "@troupe/domain/life/status";
import type { Sources } from "@troupe/domain/plan/sources";
import { KubeCache } from "../kube/cache.ts";
import { watchedKinds } from "../kube/kinds.ts";
import type { Kube } from "../kube/kube.ts";
import { Warnings } from "../kube/warnings.ts";
import { type Pass, reconcile } from "../pass/reconcile.ts";

/** Nothing is said in events. */
const silent = new Warnings(() => {});

/** A process as passes know it: a cache that begins empty, an epoch, and the last that it reported. It looks when it is told to. */
export class Replica {
  readonly cache = new KubeCache(() => {}, () => {});
  readonly #kube: Kube;
  readonly #owner: Pass["owner"];
  status: ClusterStatus | undefined;

  constructor(kube: Kube, owner: Pass["owner"] = { epoch: 1, isCertain: true }) {
    this.#kube = kube;
    this.#owner = owner;
  }

  /** Everything that is there, as a mirror that has just been listed. */
  async look(): Promise<void> {
    const { signal } = new AbortController();
    for (const kind of watchedKinds) {
      this.cache.listBegun(kind);
      for (let continueAt: string | undefined; ; ) {
        const page = await this.#kube.list(kind, continueAt, signal);
        this.cache.put(kind, page.items);
        continueAt = page.continueAt;
        if (continueAt !== undefined) continue;
        this.cache.listComplete(kind, page.resourceVersion);
        break;
      }
    }
  }

  async pass(sources: Sources, app: App): Promise<number | undefined> {
    const reporter: Pass["reporter"] = { report: (_uid, status) => void (this.status = status) };
    return reconcile({ kube: this.#kube, cache: this.cache, warnings: silent, reporter, owner: this.#owner, domain: "cluster.local", nowMs: () => 0 }, sources, app);
  }
}
