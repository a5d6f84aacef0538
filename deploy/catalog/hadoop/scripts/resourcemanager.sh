#!/bin/sh
# Starts the resource manager, with a list of excluded nodes to begin with.
set -eu
touch /data/exclude
exec yarn resourcemanager
