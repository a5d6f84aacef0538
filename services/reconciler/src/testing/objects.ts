import type { JsonObject } from "@troupe/domain/json";
import { label, managedBy } from "@troupe/domain/render/identity";

/** Objects as the API server shows them. */

export const aUid = "01900000-0000-7000-8000-000000000001";

interface Shown {
  readonly name?: string;
  readonly namespace?: string;
  /** Of the object. */
  readonly uid?: string;
  readonly version: number;
  /** Of the cluster. */
  readonly of?: string;
  readonly instance?: string;
  readonly labels?: JsonObject;
  readonly metadata?: JsonObject;
}

export function anObject({ name = "a", namespace = "shop", uid = `uid of ${name}`, version, of = aUid, instance = "c", labels = {}, metadata = {} }: Shown, body: JsonObject = {}): JsonObject {
  const all = { [label.managedBy]: managedBy, [label.uid]: of, [label.instance]: instance, ...labels };
  return { metadata: { name, namespace, uid, resourceVersion: String(version), labels: all, ...metadata }, ...body };
}

export function aMemberObject(shown: Shown & { readonly role?: string; readonly index?: number; readonly life?: number }, body: JsonObject = {}): JsonObject {
  const { role = "server", index = 0, life = 1, labels = {} } = shown;
  return anObject({ ...shown, labels: { [label.role]: role, [label.index]: String(index), [label.life]: String(life), ...labels } }, body);
}

export function aRecordObject(shown: Shown, spec: JsonObject = {}): JsonObject {
  const empty = { uid: aUid, project: "shop", version: 1, epoch: 1, app: "sample@1.0.0+1", formed: false, ordersDone: [], roles: {}, members: {} };
  return anObject({ name: "c", ...shown }, { spec: { ...empty, ...spec } });
}
