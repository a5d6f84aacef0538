import { Failure } from "@troupe/domain/failure";
import type { JsonObject } from "@troupe/domain/json";
import { keyOfObject } from "../kube/http-kube.ts";
import type { Kube, ObjectKey } from "../kube/kube.ts";

export interface Write {
  readonly verb: "create" | "apply" | "patch" | "delete";
  readonly key: ObjectKey;
}

/** A Kube whose every write goes through `around`: which may count it, refuse it, hold it up, or lose its answer. */
export function aroundWrites(kube: Kube, around: (write: Write, act: () => Promise<JsonObject>) => Promise<JsonObject>): Kube {
  return {
    list: (kind, continueAt, signal) => kube.list(kind, continueAt, signal),
    watch: (kind, resourceVersion, signal) => kube.watch(kind, resourceVersion, signal),
    create: (object) => around({ verb: "create", key: keyOfObject(object) }, () => kube.create(object)),
    apply: (object) => around({ verb: "apply", key: keyOfObject(object) }, () => kube.apply(object)),
    patch: (key, patch) => around({ verb: "patch", key }, () => kube.patch(key, patch)),
    remove: (key, only) => around({ verb: "delete", key }, () => kube.remove(key, only)),
  };
}

/** How the last write of a process ends: it never arrived, or it took effect and nobody heard. */
export type LastWrite = "lost" | "unanswered";

/** The API as a process sees it that dies at its `nth` write, counted from 1: nothing that it asks for after it happens. */
export function dyingAt(kube: Kube, nth: number, last: LastWrite): Kube {
  let count = 0;
  return aroundWrites(kube, async (_write, act) => {
    count += 1;
    if (count < nth) return act();
    if (count === nth && last === "unanswered") await act();
    throw new Failure("unavailable", "the process is dead");
  });
}
