#!/bin/sh
# drain.sh NAME SECONDS: runs in the head: gives the worker NAME nothing more to do and waits until it has finished, so long at most.
set -eu
[ $# = 2 ] || { echo "usage: drain.sh NAME SECONDS" >&2; exit 2; }
exec python - "$1" "$2" <<'PYTHON'
import subprocess, sys, time
import ray

name, seconds = sys.argv[1], int(sys.argv[2])
ray.init(address="auto", log_to_driver=False, logging_level="ERROR")


def alive():
    return [node["NodeID"] for node in ray.nodes() if node["Alive"] and node["NodeManagerHostname"] == name]


end = time.monotonic() + seconds
for node in alive():
    # Of the reasons that Ray knows, the one that a busy node cannot refuse.
    subprocess.run(
        ["ray", "drain-node", "--address", "auto", "--node-id", node, "--reason", "DRAIN_NODE_REASON_PREEMPTION"]
        + ["--reason-message", "this worker is about to stop", "--deadline-remaining-seconds", str(seconds)],
        check=True,
    )
# A drained node ends by itself; its container runs on, and is not ready.
while alive():
    left = int(end - time.monotonic())
    if left <= 0:
        print(f"{name} still had work after {seconds} s: it is run again elsewhere where its tasks may be retried")
        break
    print(f"progress {100 - 100 * left // max(1, seconds)} waiting for work on {name}", flush=True)
    time.sleep(min(5, left))
PYTHON
