#!/bin/sh
# Whether the image that a rollback would start from has been made.
set -eu
hdfs dfsadmin -rollingUpgrade query | grep -q 'Proceed with rolling upgrade'
