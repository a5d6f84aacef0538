/** Where something is in a document: keys of maps, indices of lists. */
export type Path = readonly (string | number)[];

/** `spec.roles.broker.members`, `spec.env["node.name"]`, `spec.after[0]`; empty for the document itself. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, segment) => text + segmentText(segment, text === ""), "");
}

function segmentText(segment: string | number, first: boolean): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(segment)) return `[${JSON.stringify(segment)}]`;
  return first ? segment : `.${segment}`;
}
