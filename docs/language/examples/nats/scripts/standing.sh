#!/bin/sh
# Prints leader where this server leads JetStream's meta group, else follower.
set -eu
leader=$(wget -q -O - http://127.0.0.1:8222/jsz | sed -n 's/^ *"leader": "\(.*\)",$/\1/p' | head -n 1)
if [ "$leader" = "$HOSTNAME" ]; then echo leader; else echo follower; fi
