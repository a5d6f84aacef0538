import { appOf } from "../app-of.ts";
import { read } from "../calls.ts";
import { untilInterrupted } from "../follow.ts";
import type { KubeWish } from "../kube/kubeconfig.ts";
import { parseClusterWords } from "../members.ts";
import { chooseDoors } from "../ports.ts";
import { clusterName } from "../resource-names.ts";
import { note, type Session } from "../session.ts";
import { usage } from "../usage.ts";

export interface OpenOptions extends KubeWish {
  /** Here; undefined: a free one. */
  readonly port: number | undefined;
  readonly browser: boolean;
}

const how = "troupe open NAME [ROLE/PORT]";

/** `troupe open [cluster] NAME [ROLE/PORT | PORT]`: ports of members on 127.0.0.1, until Ctrl-C. */
export async function open(session: Session, words: readonly string[], { port, browser, ...wish }: OpenOptions): Promise<number> {
  const { cluster: name, rest } = parseClusterWords(words, how);
  const [word, another] = rest;
  if (another !== undefined) throw usage(`open takes one port: ${how}`);
  const cluster = await read(session, (api, call) => api.clusters.get({ name: clusterName(session.project, name) }, call));
  const app = await appOf(session, cluster);
  const doors = chooseDoors(app, cluster, word);
  if (port !== undefined && doors.length > 1) throw usage(`--port is for one port: name it, ${how}`);
  const [{ openKube }, { openDoors }] = await Promise.all([import("../kube/open-kube.ts"), import("../kube/open-doors.ts")]);
  const kube = openKube(session, wish);
  return untilInterrupted(session, async () => {
    const addresses = await openDoors({ session, kube, cluster: cluster.name, app }, doors, port);
    note(session, "Ctrl-C closes what is open");
    if (browser) for (const address of addresses.filter((one) => one.includes("://"))) (await import("../open-browser.ts")).openBrowser(address, (why) => note(session, why));
    await new Promise((_, reject) => session.terminal.signal.addEventListener("abort", reject, { once: true }));
  });
}
