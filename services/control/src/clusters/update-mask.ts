import { Failure } from "@troupe/domain/failure";

/** A path of ClusterInput, by segments: `["spec", "params", "size"]`. */
export type MaskPath = readonly string[];

const top: ReadonlySet<string> = new Set(["labels", "annotations", "spec"]);
const fields: ReadonlySet<string> = new Set(["app", "placement", "params", "needs", "roles", "paused", "stopped", "protect", "adopt", "labels"]);
const mostPaths = 100;

/** Empty: everything, as does `*`. A segment with a dot in it stands between backticks: labels.`a.b/c`. */
export function parseMask(paths: readonly string[]): readonly MaskPath[] {
  if (paths.length > mostPaths) throw maskRefused(`has more than ${mostPaths} paths`);
  const parsed = paths.map(segmentsOf);
  return parsed.some(([first]) => first === "*") ? [] : parsed;
}

/** Where documents have what ClusterInput has at a path. */
export function placeInDocument(path: MaskPath): MaskPath {
  return path[0] === "spec" ? path : ["metadata", ...path];
}

function segmentsOf(path: string): MaskPath {
  const segments = [...path.matchAll(/`([^`]+)`|([^.`]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const spelled = segments.map((segment) => (segment.includes(".") ? `\`${segment}\`` : segment)).join(".");
  if (spelled !== path.replaceAll(/`([^`.]+)`/g, "$1")) throw maskRefused(`has a path that cannot be read: "${path.slice(0, 100)}"`);
  const [first = "", second] = segments;
  if (first === "*" && segments.length === 1) return segments;
  if (!top.has(first)) throw maskRefused(`has the path "${path.slice(0, 100)}": it begins with labels, annotations or spec`);
  if (first === "spec" && second !== undefined && !fields.has(second)) throw maskRefused(`has the path "${path.slice(0, 100)}": spec has ${[...fields].join(", ")}`);
  return segments;
}

export function maskRefused(why: string): Failure {
  return new Failure("invalid", `update_mask ${why}`, { reason: "UPDATE_MASK_INVALID", problems: [{ path: "update_mask", reason: "UPDATE_MASK_INVALID", message: why }] });
}
