import { read } from "../calls.ts";
import type { Execution } from "../kube/exec.ts";
import type { KubeWish } from "../kube/kubeconfig.ts";
import { chooseMember, parseClusterWords } from "../members.ts";
import { clusterName } from "../resource-names.ts";
import { note, type Session } from "../session.ts";
import { usage } from "../usage.ts";

export interface ExecOptions extends KubeWish, Pick<Execution, "stdin" | "tty"> {
  /** Undefined: the application's. */
  readonly container: string | undefined;
}

const how = "troupe exec NAME MEMBER -- COMMAND…";

/** `troupe exec [cluster] NAME MEMBER -- COMMAND…`: runs a command in a member. Resolves with its exit code. */
export async function exec(session: Session, words: readonly string[], { container, stdin, tty, ...wish }: ExecOptions): Promise<number> {
  const { cluster: name, rest } = parseClusterWords(words, how);
  const [word, ...command] = rest;
  if (word === undefined || command.length === 0) throw usage(`exec takes a member and a command: ${how}`);
  const { terminal } = session;
  const hasTerminal = tty && terminal.input.isTerminal;
  if (tty && !hasTerminal) note(session, "the input is no terminal: the command gets none either");
  const cluster = await read(session, (api, call) => api.clusters.get({ name: clusterName(session.project, name) }, call));
  const member = chooseMember(cluster, word);
  const [{ openKube }, { findPod }, { execute }, { mainContainer }] = await Promise.all([import("../kube/open-kube.ts"), import("../kube/find-pod.ts"), import("../kube/exec.ts"), import("@troupe/domain/render/pod")]);
  const kube = openKube(session, wish);
  const pod = await findPod(kube, cluster, member, terminal.signal);
  // Whoever reads the output and goes away cuts it off.
  session.changing = true;
  return execute(kube, pod, { container: container ?? mainContainer, command, stdin, tty: hasTerminal }, terminal);
}
