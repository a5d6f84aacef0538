import picocolors from "picocolors";

export type Paint = ReturnType<typeof picocolors.createColors>;

interface Wish {
  readonly isTerminal: boolean;
  /** `--no-color` was given. */
  readonly refused: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Colours only for a terminal that shows them, unless FORCE_COLOR asks for them; NO_COLOR wins, as no-color.org has it. */
export function paintFor({ isTerminal, refused, env }: Wish): Paint {
  const forced = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "";
  const unwanted = refused || (env["NO_COLOR"] ?? "") !== "";
  return picocolors.createColors(!unwanted && (forced || (isTerminal && env["TERM"] !== "dumb")));
}
