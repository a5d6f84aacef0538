import type { JsonObject } from "@troupe/domain/json";
import type { KubeObject } from "@troupe/domain/render/manifest";
import type { KindName } from "./kinds.ts";

/**
 * A target's Kubernetes API, as far as the reconciler uses it. Objects come back as raw JSON without managedFields; only
 * `project` reads them. Every method rejects with a Failure:
 * already_exists · conflict (another resource version, or a deletion meant another uid) · denied · invalid (with the server's
 * message; also a patch that meant another uid) ·
 * not_found (`facts.resource` names the kind) · too_old (list or watch must start again) · unauthenticated · unavailable.
 * After unavailable it is unknown whether a write took effect.
 */
export interface Kube {
  /** One page of what is watched of a kind, as of one moment for all pages. Items carry no apiVersion and kind. */
  list(kind: KindName, continueAt: string | undefined, signal: AbortSignal): Promise<ListPage>;
  /**
   * What happened after `resourceVersion`, in batches as they arrive, and an empty one as soon as the server has accepted;
   * ends when the server ends it, throws when it breaks.
   */
  watch(kind: KindName, resourceVersion: string, signal: AbortSignal): AsyncIterable<readonly WatchEvent[]>;
  create(object: KubeObject): Promise<JsonObject>;
  /** Server-side apply as field manager `troupe`, taking over fields that others hold. Creates what is not there. */
  apply(object: KubeObject): Promise<JsonObject>;
  /** JSON merge patch; a compare-and-swap when `metadata.resourceVersion` is in it. */
  patch(key: ObjectKey, patch: JsonObject): Promise<JsonObject>;
  /** In the background: dependents go by themselves. Rejects with conflict when the object is another than meant. */
  remove(key: ObjectKey, only: Preconditions): Promise<JsonObject>;
}

export interface ObjectKey {
  readonly kind: KindName;
  readonly namespace: string;
  readonly name: string;
}

export interface Preconditions {
  readonly uid: string;
  readonly resourceVersion?: string;
}

export interface ListPage {
  readonly items: readonly JsonObject[];
  /** Of the whole list: where a watch starts. */
  readonly resourceVersion: string;
  readonly continueAt: string | undefined;
}

export type WatchEvent =
  | { readonly kind: "put"; readonly object: JsonObject }
  /** Deleted, or no longer labelled as ours; with its last state. */
  | { readonly kind: "gone"; readonly object: JsonObject }
  | { readonly kind: "bookmark"; readonly resourceVersion: string };
