import type { Json, JsonObject } from "../json.ts";
import type { Path } from "./path.ts";
import type { Problems } from "./problems.ts";

/** Fields of a pod's spec that a member's identity and its way through life rest on. */
const reserved = ["hostname", "subdomain", "restartPolicy", "setHostnameAsFQDN", "schedulingGates", "nodeName", "ephemeralContainers"];
const listsByName = ["containers", "initContainers", "volumes"] as const;

/** What a patch on pods may not do. What Kubernetes makes of the rest only Kubernetes can tell. */
export function checkPodPatch(patch: JsonObject, at: Path, problems: Problems): void {
  for (const key of Object.keys(patch)) if (key !== "metadata" && key !== "spec") problems.add([...at, key], "FIELD_UNKNOWN", "a patch on pods has metadata and spec", { key: true });
  const { metadata = {}, spec = {} } = patch;
  checkMetadata(metadata, [...at, "metadata"], problems);
  if (!isObject(spec)) return problems.add([...at, "spec"], "TYPE_WRONG", "must be a map: the spec of a pod");
  for (const field of reserved) if (field in spec) problems.add([...at, "spec", field], "FIELD_RESERVED", `${field} is Troupe's own: members are found and followed by it`, { key: true });
  for (const list of listsByName) checkNamed(spec[list], [...at, "spec", list], problems);
}

function checkMetadata(metadata: Json, at: Path, problems: Problems): void {
  if (!isObject(metadata)) return problems.add(at, "TYPE_WRONG", "must be a map");
  for (const [field, values] of Object.entries(metadata)) {
    if (field !== "labels" && field !== "annotations") problems.add([...at, field], "FIELD_RESERVED", "only labels and annotations can be added to a pod", { key: true });
    else if (!isObject(values)) problems.add([...at, field], "TYPE_WRONG", "must be a map: those that members are found by stay");
    else for (const key of Object.keys(values)) if (isOurs(key)) problems.add([...at, field, key], "NAME_RESERVED", `${key} is Troupe's own`, { key: true });
  }
}

function isOurs(key: string): boolean {
  return key.startsWith("troupe.dev/") || key.startsWith("app.kubernetes.io/");
}

function checkNamed(items: Json | undefined, at: Path, problems: Problems): void {
  if (items === undefined) return;
  if (!isList(items)) return problems.add(at, "TYPE_WRONG", "must be a list, whose elements are told apart by name");
  items.forEach((item, index) => {
    if (!isObject(item) || typeof item["name"] !== "string") problems.add([...at, index], "FIELD_MISSING", "name is missing: elements are told apart by it; the application's container is main");
  });
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
