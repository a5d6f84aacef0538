import { ReportStatusRequest, ReportStatusResponse } from "@troupe/proto/troupe/internal/v1/reconciler";
import type { Bus, Subscription } from "@troupe/runtime/bus";
import { statusSubject } from "../events/cloud-event.ts";
import type { RecordStatusesDeps } from "../status/record-statuses.ts";
import { takeIn } from "../status/take-in.ts";

/** Answers status requests, each by one replica. What fails stays unanswered: the reconciler then asks over gRPC, where it is told why. */
export function answerStatuses(bus: Pick<Bus, "answer">, deps: RecordStatusesDeps): Subscription {
  return bus.answer(statusSubject, "control", async (body) => {
    try {
      return ReportStatusResponse.encode(await takeIn(deps, ReportStatusRequest.decode(body))).finish();
    } catch (error) {
      deps.log.warn({ error }, "a status message was not taken in");
      throw error;
    }
  });
}
