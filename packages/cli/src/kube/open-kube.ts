import type { Session } from "../session.ts";
import { type Kube, makeKube } from "./kube.ts";
import { type KubeWish, openKubeconfig } from "./kubeconfig.ts";

export function openKube({ terminal }: Session, wish: KubeWish): Kube {
  return makeKube(openKubeconfig(wish, terminal.env));
}
