import { Failure } from "@troupe/domain/failure";
import type { Cluster, MemberStatus } from "@troupe/proto/troupe/v1/cluster";
import { memberWord } from "../print/cluster.ts";
import { printLogLines } from "../print/log-lines.ts";
import { note, type Session } from "../session.ts";
import { findPod } from "./find-pod.ts";
import type { Kube } from "./kube.ts";
import { type LogWish, readLog } from "./log.ts";

/** What members have written, one after another. Of several, one that has no log is noted at the end, as the others have. */
export async function showLogs(session: Session, kube: Kube, cluster: Cluster, chosen: readonly MemberStatus[], wish: LogWish): Promise<void> {
  const { signal } = session.terminal;
  const members = chosen.map(memberWord);
  const without: Failure[] = [];
  for (const member of chosen) {
    try {
      const pod = await findPod(kube, cluster, member, signal);
      for await (const lines of readLog(kube, pod, wish, signal)) await printLogLines(session, { member: memberWord(member), members, lines, timestamps: wish.timestamps });
    } catch (error) {
      if (!isOfMember(error)) throw error;
      without.push(error);
    }
  }
  const [first] = without;
  if (first && without.length === chosen.length) throw first;
  for (const failure of without) note(session, failure.message);
}

/** The next member's may be another. */
function isOfMember(error: unknown): error is Failure {
  return error instanceof Failure && (error.kind === "conflict" || error.kind === "not_found");
}
