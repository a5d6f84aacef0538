#!/bin/sh
# Takes the server named $1, which is gone, out of JetStream's meta group: asks the server at hand, as the system account.
# May run twice: a server that is no member any more (10044) is what was wanted.
set -eu
request="{\"peer\":\"$1\"}"
answer=$({
  printf 'CONNECT {"verbose":false,"user":"sys","pass":"%s"}\r\n' "$SYS_PASSWORD"
  printf 'SUB _INBOX.remove 1\r\nPUB $JS.API.SERVER.REMOVE _INBOX.remove %s\r\n%s\r\n' "${#request}" "$request"
  sleep 3
} | timeout 5 nc 127.0.0.1 4222 || true)
case $answer in *'"success":true'* | *'"err_code":10044'*) exit 0 ;; esac
printf '%s\n' "$answer"
exit 1
