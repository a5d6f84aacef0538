/**
 * A string that may hold `${{ … }}` expressions, split once when its document is parsed.
 * `cluster-${{ member.index }}` has two parts; a string without expressions has one text part, or none when empty.
 */
export interface Template {
  /** The string as written. */
  readonly source: string;
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  /** CEL between `${{` and `}}`, trimmed; `offset` is where it starts in the source (UTF-16 units). */
  | { readonly kind: "expression"; readonly source: string; readonly offset: number };
