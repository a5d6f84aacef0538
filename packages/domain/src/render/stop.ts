import type { V1Lifecycle } from "@kubernetes/client-node";
import type { Role } from "../language/app.ts";
import type { Manifest } from "./manifest.ts";

/** A process cannot be made to end or stand still by one that it is the first of. */
const onlyFromOutside: ReadonlySet<string> = new Set(["SIGKILL", "SIGSTOP"]);

/**
 * How a process is asked to end by another signal than SIGTERM. Kubernetes has a field for it, and most servers and runtimes of today
 * drop it in silence; so where there is a shell, a hook in the member sends the signal, and ends when the process does. Grace goes on
 * meanwhile, and SIGKILL comes at its end as ever (docs/adr/0020).
 */
export function lifecycleOf({ shell, stop: { signal } }: Pick<Role, "shell" | "stop">): Manifest<V1Lifecycle> | undefined {
  if (signal === "SIGTERM") return undefined;
  if (!shell || onlyFromOutside.has(signal)) return { stopSignal: signal };
  return { preStop: { exec: { command: ["/bin/sh", "-c", `kill -s ${signal.slice("SIG".length)} 1 && while kill -s 0 1; do sleep 1; done`] } } };
}
