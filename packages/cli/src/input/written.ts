import { type Document, isMap, isScalar, type YAMLMap } from "yaml";

/** What `get` adds to what people write (print/document.ts), and no server takes. */
const added = { document: ["status"], metadata: ["uid", "generation", "creationTimestamp", "deletionTimestamp"] };

/** The text of a document without that, so that what `get` prints can be applied. Blanks stand for it: all else keeps its line and column. */
export function writtenIn(text: string, { contents }: Document): string {
  if (!isMap(contents)) return text;
  const metadata = contents.get("metadata");
  const spans = [...spansOf(contents, added.document), ...(isMap(metadata) ? spansOf(metadata, added.metadata) : [])];
  return spans.reduce((rest, { from, to, first }) => rest.slice(0, from) + first + rest.slice(from + 1, to).replace(/[^\n]/g, " ") + rest.slice(to), text);
}

interface Span {
  readonly from: number;
  readonly to: number;
  /** What it begins with then: a comment, since blanks would go on with a block of text that stands before it; in `{…}` only blanks can be. */
  readonly first: "#" | " ";
}

/** Each from its key to the next one, or to the end of the map: a comma between them goes too. */
function spansOf({ items, range, flow = false }: YAMLMap, keys: readonly string[]): readonly Span[] {
  const end = (range?.[1] ?? 0) - (flow ? 1 : 0);
  const found = items.flatMap(({ key }) => (isScalar(key) && key.range ? [{ name: String(key.value), from: key.range[0] }] : []));
  return found.flatMap(({ name, from }, index) => (keys.includes(name) ? [{ from, to: found[index + 1]?.from ?? end, first: flow ? " " : "#" } as const] : []));
}
