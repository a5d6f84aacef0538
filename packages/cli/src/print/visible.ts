const unseen = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text from a file or the server as one line that cannot steer the terminal: line breaks become spaces,
 * control characters and those that reverse the direction of writing are spelled out.
 */
export function visible(text: string): string {
  return text.replace(/[\t\r\n]+/g, " ").replace(unseen, spelled);
}

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
