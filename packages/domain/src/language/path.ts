/** Where something is in a document: keys of maps, indices of lists. */
export type Path = readonly (string | number)[];

/** `spec.roles.broker.members`, `spec.env["node.name"]`, `spec.after[0]`; empty for the document itself. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, segment) => text + segmentText(segment, text === ""), "");
}

/** The texts of a path and of all that it stands in, but the document itself. */
export function prefixTexts(path: Path): readonly string[] {
  let text = "";
  return path.map((segment) => (text += segmentText(segment, text === "")));
}

/** Longer than any name that is legal, so that a path stays one that can be shown. */
const longestSegment = 600;

function segmentText(segment: string | number, first: boolean): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (segment.length > longestSegment) return segmentText(`${segment.slice(0, longestSegment - 1)}…`, first);
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(segment)) return `[${JSON.stringify(segment)}]`;
  return first ? segment : `.${segment}`;
}
