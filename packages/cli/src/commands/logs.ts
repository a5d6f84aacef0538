import { read } from "../calls.ts";
import { untilInterrupted } from "../follow.ts";
import type { KubeWish } from "../kube/kubeconfig.ts";
import type { LogWish } from "../kube/log.ts";
import { chooseMembers, noMembers, parseClusterWords } from "../members.ts";
import { clusterName } from "../resource-names.ts";
import type { Session } from "../session.ts";
import { usage } from "../usage.ts";

export interface LogsOptions extends KubeWish, Omit<LogWish, "container"> {
  /** Undefined: the application's. */
  readonly container: string | undefined;
  readonly follow: boolean;
}

/** `troupe logs [cluster] NAME [MEMBER…]`: what members wrote, one member after another; followed, all at once. */
export async function logs(session: Session, words: readonly string[], options: LogsOptions): Promise<number | void> {
  const { cluster: name, rest } = parseClusterWords(words, "troupe logs NAME [MEMBER…]");
  if (options.follow && options.previous) throw usage("a process that has ended writes nothing more: leave --follow or --previous out");
  const cluster = await read(session, (api, call) => api.clusters.get({ name: clusterName(session.project, name) }, call));
  const chosen = chooseMembers(cluster, rest);
  if (chosen.length === 0 && !options.follow) throw noMembers(cluster, rest);
  const [{ openKube }, { showLogs }, { followLogs }, { mainContainer }] = await Promise.all([import("../kube/open-kube.ts"), import("../kube/show-logs.ts"), import("../kube/follow-logs.ts"), import("@troupe/domain/render/pod")]);
  const kube = openKube(session, options);
  const wish = { ...options, container: options.container ?? mainContainer };
  if (options.follow) return untilInterrupted(session, () => followLogs(session, kube, cluster, rest, wish));
  await showLogs(session, kube, cluster, chosen, wish);
}
