import type { ReportStatusRequest, ReportStatusResponse, StatusReport } from "@troupe/proto/troupe/internal/v1/reconciler";
import { parseReport, toWireAck } from "../grpc/internal-words.ts";
import { recordStatuses, type RecordStatusesDeps } from "./record-statuses.ts";
import type { Report } from "./report.ts";

/** The same for both roads, NATS and gRPC: the same bytes in, the same out. Answered after the commit. */
export async function takeIn(deps: RecordStatusesDeps, { target, reports }: ReportStatusRequest): Promise<ReportStatusResponse> {
  const read = reports.map((report) => readable(deps, report));
  const acked = await recordStatuses(deps, target, read.flatMap((report) => report ?? []));
  const outcomes = new Map(acked.map(({ uid, guard, outcome }) => [`${uid} ${guard.epoch} ${guard.seq}`, outcome]));
  return { acks: reports.map((report) => toWireAck(report, outcomes.get(`${report.uid} ${report.epoch} ${report.seq}`) ?? "unreadable")) };
}

/** One that cannot be read must not keep the others from being stored. */
function readable({ log }: RecordStatusesDeps, report: StatusReport): Report | undefined {
  try {
    return parseReport(report);
  } catch (error) {
    log.error({ error, uid: report.uid }, "a status report cannot be read");
    return undefined;
  }
}
