#!/bin/sh
# kafka-run-class.sh CLASS ARGUMENT…: runs a class of Kafka.
set -eu
# shellcheck disable=SC2086
exec java ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1} \
  -Dorg.slf4j.simpleLogger.showDateTime=true -Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS "-Dorg.slf4j.simpleLogger.defaultLogLevel=${LOG_LEVEL:-warn}" \
  ${KAFKA_OPTS:-} -cp '/opt/kafka/libs/*' "$@"
