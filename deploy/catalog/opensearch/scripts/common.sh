#!/bin/sh
# What the other scripts share: `. /troupe/app/common.sh`.
fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}
api() { # method path [body]: fails unless the answer is a success
  curl -sS --fail --max-time 60 -X "$1" -H 'Content-Type: application/json' ${3:+-d "$3"} "http://localhost:9200$2"
}
set_for_all() { # setting of the whole cluster, value as JSON
  api PUT /_cluster/settings "{\"persistent\": {\"$1\": $2}}" >/dev/null
}
