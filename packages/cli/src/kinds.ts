import { usage } from "./usage.ts";

export type Kind = "app" | "cluster" | "event" | "member" | "pipeline" | "target";

/** What was asked for: a kind, and names of it; no names is all of them. */
export interface References<K extends Kind = Kind> {
  readonly kind: K;
  readonly names: readonly string[];
}

/** The first word of each is the one that messages use. */
export const kindWords: Readonly<Record<Kind, readonly string[]>> = {
  app: ["apps", "app"],
  cluster: ["clusters", "cluster", "cl"],
  event: ["events", "event", "ev"],
  member: ["members", "member", "mb"],
  pipeline: ["pipelines", "pipeline", "pl"],
  target: ["targets", "target"],
};

const kinds = Object.keys(kindWords) as readonly Kind[];

export function findKind(word: string): Kind | undefined {
  return kinds.find((kind) => kindWords[kind].includes(word.toLowerCase()));
}

/**
 * `cluster a b`, `cluster/a cluster/b`, `clusters`. `among` are the kinds that the command is for; the word of the `usual` one,
 * or the only one, may be left out.
 */
export function parseReferences<K extends Kind>(words: readonly string[], among: readonly K[], usual: K | undefined = among.length === 1 ? among[0] : undefined): References<K> {
  const [first = ""] = words;
  if (first.includes("/")) return slashed(words, among);
  const kind = findKind(first);
  // Alone, a word of another kind is a name: a cluster may well be called `events`.
  const isName = kind === undefined || (words.length === 1 && !isAmong(kind, among));
  if (isName && usual !== undefined && first !== "") return { kind: usual, names: words.map(checkedName) };
  if (!isAmong(kind, among)) throw usage(unknownKind(first, among));
  return { kind, names: words.slice(1).map((word) => nameIn(word, kind)) };
}

function slashed<K extends Kind>(words: readonly string[], among: readonly K[]): References<K> {
  const [kind, ...others] = new Set(words.map((word) => findKind(word.split("/")[0] ?? "")));
  if (!isAmong(kind, among)) throw usage(unknownKind(words[0]?.split("/")[0] ?? "", among));
  if (others.length > 0) throw usage("one kind at a time: write cluster/a cluster/b, or give the command twice");
  return { kind, names: words.map((word) => nameIn(word, kind)) };
}

function isAmong<K extends Kind>(kind: Kind | undefined, among: readonly K[]): kind is K {
  return among.some((one) => one === kind);
}

function nameIn(word: string, kind: Kind): string {
  const slash = word.indexOf("/");
  if (slash < 0) return checkedName(word);
  if (findKind(word.slice(0, slash)) !== kind) throw usage(`"${word}" is no ${kind}`);
  return checkedName(word.slice(slash + 1));
}

function checkedName(name: string): string {
  if (name === "" || /[\s/]/.test(name)) throw usage(`"${name}" is no name`);
  return name;
}

function unknownKind(word: string, among: readonly Kind[]): string {
  const known = among.map((kind) => kindWords[kind][0]).join(", ");
  return word === "" ? `of what? one of ${known}` : `unknown kind "${word}": one of ${known}`;
}
