import { Failure, invalid } from "@troupe/domain/failure";
import type { Manifest } from "@troupe/proto/troupe/v1/resource";
import type { makeValidate } from "../apps/validate.ts";
import { manifestOf } from "./requests.ts";

interface FromManifest {
  readonly source?: { readonly $case: "manifest"; readonly value: Manifest } | { readonly $case: "cluster" | "pipeline" } | undefined;
}

/** A document that is refused for its shape is looked at beside its app too, so that a person hears of everything at once. */
export async function withEveryProblem<T>({ source }: FromManifest, validate: ReturnType<typeof makeValidate>, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "invalid" || source?.$case !== "manifest") throw error;
    const all = await validate(manifestOf(source.value));
    throw all.length > error.problems.length ? invalid(all) : error;
  }
}
