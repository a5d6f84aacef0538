/** What JSON can say. The domain passes only this between its steps, never class instances. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
