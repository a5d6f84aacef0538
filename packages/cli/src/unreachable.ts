import type { Failure } from "@troupe/domain/failure";
import { advising } from "./advice.ts";

/** A failure whose place is the connection, told with the address and what to do. Any other comes back as it is. */
export function explained(failure: Failure, address: string): Failure {
  if (failure.kind !== "unavailable") return failure;
  const said = transportTextOf(failure);
  if (said.includes("ECONNREFUSED")) {
    return retold(failure, "NOTHING_LISTENS", `nothing listens on ${address}`, "start Troupe with `npm start` in its work tree, or name a running one: --address HOST:PORT, or TROUPE_ADDRESS");
  }
  if (/Name resolution failed|ENOTFOUND|EAI_AGAIN/.test(said)) {
    return retold(failure, "ADDRESS_UNKNOWN", `the host of "${address}" is not known`, "check --address or TROUPE_ADDRESS");
  }
  if (/HTTP\/1|Protocol error|PROTOCOL_ERROR|Parse Error|HPE_/i.test(said)) {
    return retold(failure, "NOT_GRPC", `${address} does not speak gRPC`, "give the gateway's gRPC port (7401 by default), not the one for browsers");
  }
  if (failure.reason === "DEADLINE_EXCEEDED") return retold(failure, failure.reason, `${address} did not answer in time`, "check that it is the gateway's gRPC port and that the gateway is healthy");
  if (failure.reason === "UNAVAILABLE" && said !== "") return retold(failure, failure.reason, `the connection to ${address} broke`, "the gateway may be restarting: try again in a moment");
  return failure;
}

/** Nothing was sent: no try was made that could have had an effect. */
export function isRefused(failure: Failure): boolean {
  return ["NOTHING_LISTENS", "ADDRESS_UNKNOWN", "NOT_GRPC"].includes(failure.reason);
}

function retold(failure: Failure, reason: Failure["reason"], message: string, whatToDo: string): Failure {
  return advising("unavailable", message, whatToDo, { reason, facts: failure.facts, cause: failure.cause });
}

/** What the transport said; empty when a server of ours answered. */
function transportTextOf({ cause }: Failure): string {
  if (!(cause instanceof Error)) return "";
  return "details" in cause && typeof cause.details === "string" ? cause.details : cause.message;
}
