import { textOfValue } from "../expression/evaluate.ts";
import type { Value } from "../expression/value.ts";
import { Failure } from "../failure.ts";

/** A value where text must stand and no secret may; null is nothing. */
export function plainText(value: Value): string {
  if (value.kind === "secret") throw new Failure("internal", "a secret stands where none may");
  return textOfValue(value) ?? "";
}
