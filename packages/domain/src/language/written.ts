import type { Document } from "./document.ts";

/** What a spec came as, for those who judge it: what stands there that a spec does not keep, and where. */
export type Written = Pick<Document, "value" | "placeOf" | "siblings">;

export const unwritten: Written = { value: null, placeOf: () => undefined };
