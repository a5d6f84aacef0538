#!/bin/sh
# Prints follower or leader and the term.
set -eu
status=$(etcdctl endpoint status --write-out fields)
printf '%s\n' "$status" | awk '
  $1 == "\"MemberID\"" { own = $3 "" }
  $1 == "\"Leader\"" { leader = $3 "" }
  $1 == "\"RaftTerm\"" { term = $3 }
  END { if (own == "" || leader == "" || leader == "0") exit 1; print (own "x" == leader "x" ? "leader" : "follower"), term }'
