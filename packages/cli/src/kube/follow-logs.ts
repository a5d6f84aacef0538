import { Failure } from "@troupe/domain/failure";
import type { Cluster, MemberStatus } from "@troupe/proto/troupe/v1/cluster";
import { followClusters } from "../follow.ts";
import { chooseMembers, isNamed, membersOf, noPod } from "../members.ts";
import { memberWord } from "../print/cluster.ts";
import { printLogLines } from "../print/log-lines.ts";
import { note, type Session } from "../session.ts";
import { usage } from "../usage.ts";
import { findPod, findPodNamed } from "./find-pod.ts";
import type { Kube } from "./kube.ts";
import { followLog, type LogWish } from "./log.ts";

/** Each is a connection to the API server, and one to a kubelet behind it. */
const mostFollowed = 50;

/**
 * What members write, all at once, until nothing more can come. Members that join later are followed too, and those that are made
 * anew go on being followed. Which there are is Troupe's to know, so its watch says it.
 */
export async function followLogs(session: Session, kube: Kube, cluster: Cluster, words: readonly string[], wish: LogWish): Promise<void> {
  const { signal } = session.terminal;
  await proveContext(kube, cluster, words, signal);
  const stop = new AbortController();
  const interrupt = () => stop.abort(signal.reason);
  signal.addEventListener("abort", interrupt, { once: true });
  const followers = new Followers(session, kube, words, wish, stop);
  try {
    followers.update(cluster);
    for await (const news of followClusters(session, { scope: cluster.name, signal: stop.signal })) {
      if ("cluster" in news) followers.update(news.kind === "delete" ? undefined : news.cluster);
      if (news.kind === "away") note(session, `${news.failure.message}; trying again`);
    }
  } catch (error) {
    if (stop.signal.reason !== over) throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

const over = new Error("nothing more can come");

/** That no pod is there means nothing while one is being made, and all if this is another Kubernetes. */
async function proveContext(kube: Kube, cluster: Cluster, words: readonly string[], signal: AbortSignal): Promise<void> {
  let first: unknown;
  for (const member of chooseMembers(cluster, words).filter(({ podUid }) => podUid !== "")) {
    try {
      await findPod(kube, cluster, member, signal);
      return;
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== "not_found") throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
}

class Followers {
  readonly #session: Session;
  readonly #kube: Kube;
  readonly #words: readonly string[];
  readonly #wish: LogWish;
  readonly #stop: AbortController;
  /** As it is now; undefined: deleted. */
  #cluster: Cluster | undefined;
  /** All that were ever followed, in the order in which they came. */
  readonly #known = new Set<string>();
  readonly #running = new Set<string>();

  constructor(session: Session, kube: Kube, words: readonly string[], wish: LogWish, stop: AbortController) {
    this.#session = session;
    this.#kube = kube;
    this.#words = words;
    this.#wish = wish;
    this.#stop = stop;
  }

  /** Follows who is new, and ends everything where nobody is left. */
  update(cluster: Cluster | undefined): void {
    this.#cluster = cluster;
    const named = this.#named();
    if (named.length > mostFollowed) throw usage(`${named.length} members are too many to follow at once: name roles or members, at most ${mostFollowed}`);
    for (const member of named) {
      const word = memberWord(member);
      if (!this.#running.has(word) && (member.state !== done || !this.#known.has(word))) this.#start(member);
    }
    this.#endIfOver();
  }

  #start(member: MemberStatus): void {
    const word = memberWord(member);
    this.#known.add(word);
    this.#running.add(word);
    if (member.podUid === "" && this.#cluster) note(this.#session, `${noPod(this.#cluster, member).message}; waiting for it`);
    this.#follow(member, word)
      .then(() => {
        this.#running.delete(word);
        this.#endIfOver();
      })
      .catch((error: unknown) => this.#stop.abort(error));
  }

  async #follow({ name }: MemberStatus, member: string): Promise<void> {
    const { signal } = this.#stop;
    const follow = {
      ...this.#wish,
      findPod: async () => (this.#cluster ? findPodNamed(this.#kube, this.#cluster, name, signal) : undefined),
      isOver: () => !this.#named().some((one) => one.name === name && one.state !== done),
      onAway: (failure: Failure) => note(this.#session, `${member}: ${failure.message}; trying again`),
      onWait: (why: Failure | undefined) => note(this.#session, `${member}: ${why?.message ?? "nothing is written yet"}; waiting for it`),
      random: this.#session.terminal.random,
    };
    for await (const lines of followLog(this.#kube, follow, signal)) {
      await printLogLines(this.#session, { member, members: [...this.#known], lines, timestamps: this.#wish.timestamps });
    }
  }

  #named(): readonly MemberStatus[] {
    return this.#cluster ? membersOf(this.#cluster).filter((member) => isNamed(member, this.#words)) : [];
  }

  #endIfOver(): void {
    if (this.#running.size === 0 && !this.#mayGoOn()) this.#stop.abort(over);
  }

  /** Members by name are over once they are gone; of a cluster others may come. */
  #mayGoOn(): boolean {
    const named = this.#named();
    if (named.length > 0) return named.some(({ state }) => state !== done);
    return this.#cluster !== undefined && (this.#words.length === 0 || this.#known.size === 0);
  }
}

/** Of a member that has run to its end. */
const done = "done";
