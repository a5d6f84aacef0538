import { type ChildProcess, spawn } from "node:child_process";

/**
 * Waits for the number of a process group on standard input, and then for the end of that input. The end comes without
 * a word when we died, in whatever way: the kernel closes our side. Then its leader is asked to stop, and once it is gone, at
 * the latest after 5 s, the group is killed. It ignores what a terminal sends, and is in a session of its own.
 */
const script = `
trap '' HUP INT QUIT TERM
read -r group || exit 0
read -r word && exit 0
kill -s "$1" "$group" 2>/dev/null
tries=0
while [ $tries -lt 50 ] && kill -s 0 "$group" 2>/dev/null; do tries=$((tries + 1)); sleep 0.1; done
kill -s KILL -- "-$group" 2>/dev/null
exit 0
`;

/** Holds one process group to the life of this process. Costs one waiting `sh`. */
export interface Leash {
  hold(group: number): void;
  release(): void;
}

/** To be made before the process that it will hold, so that there is no moment in between. */
export function makeLeash(stopSignal: NodeJS.Signals): Leash {
  const keeper = spawn("/bin/sh", ["-c", script, "leash", stopSignal.slice("SIG".length)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  });
  letGoOf(keeper);
  return {
    hold: (group) => keeper.stdin?.write(`${group}\n`),
    release: () => keeper.stdin?.end("done\n"),
  };
}

/** The keeper is no reason for this process to live, and its end no reason to fail. */
function letGoOf(keeper: ChildProcess): void {
  keeper.on("error", () => {});
  keeper.stdin?.on("error", () => {});
  keeper.unref();
}
