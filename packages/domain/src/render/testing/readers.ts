/** Readers of formats that we write, made from the rules of those who read them and not from ours. */

/** java.util.Properties.load: logical lines, comments, separators and escapes, each as its documentation has it. */
export function javaProperties(source: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const line of logicalLines(source)) {
    const keyEnd = endOfKey(line);
    const rest = line.slice(keyEnd).replace(/^[ \t\f]*/, "");
    const value = /^[=:]/.test(rest) ? rest.slice(1).replace(/^[ \t\f]*/, "") : rest;
    found.set(unescaped(line.slice(0, keyEnd)), unescaped(value));
  }
  return Object.fromEntries(found);
}

function logicalLines(source: string): readonly string[] {
  const lines: string[] = [];
  let continued: string | undefined;
  for (const natural of source.split(/\r\n|\n|\r/)) {
    const line = natural.replace(/^[ \t\f]*/, "");
    if (continued === undefined && (line === "" || /^[#!]/.test(line))) continue;
    const whole: string = (continued ?? "") + line;
    const backslashes = /\\*$/.exec(line)?.[0].length ?? 0;
    continued = backslashes % 2 === 1 ? whole.slice(0, -1) : undefined;
    if (continued === undefined) lines.push(whole);
  }
  return continued === undefined ? lines : [...lines, continued];
}

function endOfKey(line: string): number {
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === "\\") at += 1;
    else if (/[=: \t\f]/.test(line[at] ?? "")) return at;
  }
  return line.length;
}

function unescaped(text: string): string {
  let made = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character !== "\\") {
      made += character;
      continue;
    }
    at += 1;
    const next = text[at] ?? "";
    if (next === "u") {
      made += String.fromCharCode(Number.parseInt(text.slice(at + 1, at + 5), 16));
      at += 4;
    } else made += ({ t: "\t", n: "\n", r: "\r", f: "\f" } as const)[next] ?? next;
  }
  return made;
}

/** A configuration of Hadoop, and nothing that is not one: throws where XML 1.0 or the order of its elements is not kept. */
export function xmlConfiguration(source: string): Readonly<Record<string, string>> {
  // XML 1.0, 2.11: all ends of lines are read as one.
  let rest = source.replaceAll(/\r\n?/g, "\n");
  const take = (pattern: RegExp): string => {
    const found = pattern.exec(rest);
    if (found?.index !== 0) throw new Error(`expected ${pattern} at ${rest.slice(0, 60)}`);
    rest = rest.slice(found[0].length);
    return found[1] ?? "";
  };
  const found = new Map<string, string>();
  take(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<configuration>\s*/);
  while (rest.startsWith("<property>")) {
    take(/^<property>\s*/);
    const key = characters(take(/^<name>([^<]*)<\/name>\s*/));
    found.set(key, characters(take(/^<value>([^<]*)<\/value>\s*/)));
    take(/^<\/property>\s*/);
  }
  take(/^<\/configuration>\s*$/);
  return Object.fromEntries(found);
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function characters(text: string): string {
  if (text.includes("]]>")) throw new Error("]]> stands in text");
  return text.replaceAll(/&([^;]*);?/g, (whole, name: string) => {
    const made = name.startsWith("#") ? String.fromCodePoint(Number(name.slice(1))) : entities[name];
    if (made === undefined || !whole.endsWith(";")) throw new Error(`${whole} is no entity`);
    return made;
  });
}
