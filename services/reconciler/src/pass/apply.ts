import { Failure } from "@troupe/domain/failure";
import type { Change } from "@troupe/domain/render/diff";
import type { KubeCache } from "../kube/cache.ts";
import { keyOfObject } from "../kube/http-kube.ts";
import { isKindName } from "../kube/kinds.ts";
import type { Kube, ObjectKey } from "../kube/kube.ts";

/**
 * Does what `diff` listed: everything that pods need, then pods, then deletions; each group at once. Answers go into the
 * cache. All of a group is tried before the first failure is thrown, so one refused object does not keep others away.
 */
export async function apply(kube: Kube, cache: KubeCache, changes: readonly Change[]): Promise<void> {
  const writes = changes.filter((change) => change.kind !== "delete");
  await all(writes.filter(({ object }) => object.kind !== "Pod").map((change) => applyOne(kube, cache, change)));
  await all(writes.filter(({ object }) => object.kind === "Pod").map((change) => applyOne(kube, cache, change)));
  await all(changes.filter((change) => change.kind === "delete").map((change) => applyOne(kube, cache, change)));
}

async function all(writes: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(writes)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

async function applyOne(kube: Kube, cache: KubeCache, change: Change): Promise<void> {
  switch (change.kind) {
    case "create": {
      const { kind } = keyOfObject(change.object);
      cache.offer(kind, await kube.create(change.object));
      return;
    }
    case "apply": {
      const { kind } = keyOfObject(change.object);
      cache.offer(kind, await kube.apply(change.object));
      return;
    }
    case "delete": {
      await remove(kube, cache, change.object);
      return;
    }
  }
}

interface Removed {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Only what was meant: another object of the name is left alone, and what is gone already is well. */
async function remove(kube: Kube, cache: KubeCache, { kind, namespace, name, uid }: Removed): Promise<void> {
  if (!isKindName(kind)) throw new Failure("internal", `${kind} ${name} is of no kind that the reconciler deletes`);
  const key: ObjectKey = { kind, namespace, name };
  try {
    const answer = await kube.remove(key, { uid });
    // A graceful deletion answers with the object, which is still there; another with a Status.
    if (answer["kind"] === "Status") cache.absent(kind, namespace, name, uid);
    else cache.offer(kind, answer);
  } catch (error) {
    if (!(error instanceof Failure) || (error.kind !== "not_found" && error.kind !== "conflict")) throw error;
    if (error.kind === "not_found") cache.absent(kind, namespace, name, uid);
  }
}
