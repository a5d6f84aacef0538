import { expect, test } from "vitest";
import { parseHierarchies } from "./cgroups.ts";

test("of version 2 there is one hierarchy, and groups are made at its root", () => {
  const mounts = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
  expect(parseHierarchies(mounts, "0::/user.slice/session-2.scope")).toEqual([{ version: 2, options: "", folder: "/sys/fs/cgroup" }]);
});

test("of version 1 there is one for each kind, and groups are made in ours", () => {
  const mounts = [
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
    "36 31 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
    "37 31 0:34 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
    "38 31 0:35 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd",
    "39 31 0:36 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
  ].join("\n");
  expect(parseHierarchies(mounts, "9:name=systemd:/\n4:memory:/jobs/7\n1:cpu,cpuacct:/\n0::/")).toEqual([
    { version: 1, options: "name=systemd", folder: "/sys/fs/cgroup/systemd" },
    { version: 1, options: "memory", folder: "/sys/fs/cgroup/memory/jobs/7" },
    { version: 1, options: "cpu,cpuacct", folder: "/sys/fs/cgroup/cpu,cpuacct" },
  ]);
});

test("in a container that sees only its own groups, a mount may begin in the middle of the hierarchy", () => {
  const mounts = "36 31 0:33 /docker/1f /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory";
  expect(parseHierarchies(mounts, "4:memory:/docker/1f/jobs")).toEqual([{ version: 1, options: "memory", folder: "/sys/fs/cgroup/memory/jobs" }]);
});
