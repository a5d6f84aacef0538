import { Failure } from "@troupe/domain/failure";
import type { NameHolder } from "../store.ts";

export function nameTaken({ name, cluster }: NameHolder, cause?: unknown): Failure {
  return new Failure("already_exists", `the name ${name} is taken in this namespace by ${cluster}`, { reason: "NAME_TAKEN", facts: { resource: cluster, name }, cause });
}
