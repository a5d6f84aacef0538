#!/bin/sh
# features.sh VERSION: raises the cluster's features to those of a release, all but kraft.version, which would end the static quorum.
set -eu
version=${1:?version that all members run now}
export KAFKA_HEAP_OPTS=-Xmx128m
features='/opt/kafka/bin/kafka-features.sh'
release=$(printf '%s' "$version" | cut -d . -f 1,2)
mapping=$("$features" --bootstrap-server localhost:9092 version-mapping --release-version "$release")
levels=$(printf '%s\n' "$mapping" | sed -n 's/^\([a-z.]*=[1-9][0-9]*\).*/--feature \1/p' | grep -v 'kraft\.version=')
# shellcheck disable=SC2086
"$features" --bootstrap-server localhost:9092 upgrade $levels
