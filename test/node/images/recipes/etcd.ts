import type { Recipe } from "../recipe.ts";

/** Nothing but the programs, as in the official image, which has no shell either. */
export const etcd: Recipe = {
  name: "etcd",
  version: "3.6.8",
  kubernetes: "/usr/local/bin/kubernetes",
  // The links that an init container makes in /bin lead to where Debian has its busybox.
  links: { "/usr/bin": "../bin", "/usr/local/bin/etcd": "kubernetes", "/usr/local/bin/etcdctl": "kubernetes" },
  command: ["/usr/local/bin/etcd"],
};
