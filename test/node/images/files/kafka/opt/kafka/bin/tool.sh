#!/bin/sh
# Every other script of this folder is a link to this one, which knows their classes.
set -eu
name=$(basename "$0" .sh)
case $name in
  kafka-broker-api-versions) class=org.apache.kafka.tools.BrokerApiVersionsCommand ;;
  kafka-cluster) class=org.apache.kafka.tools.ClusterTool ;;
  kafka-configs) class=kafka.admin.ConfigCommand ;;
  kafka-console-consumer) class=org.apache.kafka.tools.consumer.ConsoleConsumer ;;
  kafka-console-producer) class=org.apache.kafka.tools.ConsoleProducer ;;
  kafka-consumer-groups) class=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand ;;
  kafka-features) class=org.apache.kafka.tools.FeatureCommand ;;
  kafka-metadata-quorum) class=org.apache.kafka.tools.MetadataQuorumCommand ;;
  kafka-reassign-partitions) class=org.apache.kafka.tools.reassign.ReassignPartitionsCommand ;;
  kafka-server-start) class=kafka.Kafka LOG_LEVEL=info ;;
  kafka-storage) class=kafka.tools.StorageTool ;;
  kafka-topics) class=org.apache.kafka.tools.TopicCommand ;;
  *) echo "tool.sh: nothing is known of $name" >&2; exit 2 ;;
esac
export LOG_LEVEL="${LOG_LEVEL:-warn}"
exec /opt/kafka/bin/kafka-run-class.sh "$class" "$@"
