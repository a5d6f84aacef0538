#!/bin/sh
# What the other scripts share: `. /troupe/app/common.sh`. A line of `cluster nodes` is: id address,host flags master … link slots….
fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}
address_of() { # a host's, for CLUSTER MEET and --cluster, which take no names
  getent ahosts "$1" | cut -d ' ' -f 1 | sed -n 1p | grep .
}
nodes() {
  redis-cli cluster nodes
}
masters() { # ids of masters with slots, those with the fewest replicas first; $1, if given, does not count as a replica
  nodes | awk -v but="${1:-}" '$3 ~ /master/ && $3 !~ /fail/ && NF > 8 { all[$1] += 0 }
    $3 ~ /slave/ && $3 !~ /fail/ && $1 != but { replicas[$4]++ }
    END { for (id in all) print replicas[id] + 0, id }' | sort -n | cut -d ' ' -f 2
}
wanted_masters() { # of $1 members with $2 replicas each
  wanted=$(($1 / ($2 + 1)))
  [ "$wanted" -ge 3 ] || wanted=3
  echo "$wanted"
}
has_slots() {
  nodes | awk -v id="$1" '$1 == id && NF > 8 { found = 1 } END { exit !found }'
}
hosts() { # of members that are reached
  nodes | awk '$8 == "connected" && $3 !~ /handshake|fail/ { split($2, part, ","); print part[2] }'
}
forget() { # has host $1 forget node $2
  said=$(redis-cli -h "$1" cluster forget "$2")
  case $said in OK | *'Unknown node'*) ;; *) fail "$1: $said" ;; esac
}
rebalance() { # moves slots until masters have even shares, or as the options in the arguments say
  self=$(address_of "$(uname -n)"):6379
  # A move that was interrupted has to be ended first.
  case $(redis-cli --cluster check "$self" 2>&1) in *'slots are open'*) redis-cli --cluster fix "$self" --cluster-yes >/dev/null ;; esac
  said=$(redis-cli --cluster rebalance "$self" "$@" 2>&1) || fail "rebalance: $(echo "$said" | tail -n 3)"
}
