import type { Paint } from "./paint.ts";
import { padEnd, widthOf } from "./width.ts";

const colours = ["cyan", "yellow", "green", "magenta", "blue", "cyanBright", "yellowBright", "greenBright", "magentaBright", "blueBright"] as const;

/** What stands before a member's lines where there are several members': each has a colour of its own while there are enough. */
export function prefixOf(member: string, all: readonly string[], paint: Paint): string {
  const colour = colours[all.indexOf(member) % colours.length] ?? "cyan";
  return `${paint[colour](`${padEnd(member, Math.max(...all.map(widthOf)))} |`)} `;
}
