import type { JsonObject } from "../json.ts";

/**
 * A Kubernetes object as JSON, from the client library's type of it: `Date` is a string, keys that the library escapes
 * with an underscore (`_from`) have their real names, and everything is readonly.
 */
export type Manifest<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? readonly Manifest<U>[]
    : T extends object
      ? { readonly [K in keyof T as K extends `_${infer R}` ? R : K]: Manifest<T[K]> }
      : T;

/** Any object that we write. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    /** Given: only this very object is meant. */
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly JsonObject[];
    readonly finalizers?: readonly string[];
  };
  readonly [field: string]: unknown;
}
