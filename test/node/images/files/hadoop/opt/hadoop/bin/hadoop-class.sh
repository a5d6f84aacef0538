#!/bin/sh
# Every other program of this folder is a link to this one: hdfs|yarn|mapred|hadoop COMMAND ARGUMENT…
set -eu
home=/opt/hadoop conf=${HADOOP_CONF_DIR:-/opt/hadoop/etc/hadoop}
program=$(basename "$0") command=${1:?a command}
shift
daemon='' options=''
case $program.$command in
  hdfs.namenode) class=hdfs.server.namenode.NameNode daemon=y ;;
  hdfs.datanode) class=hdfs.server.datanode.DataNode daemon=y ;;
  hdfs.journalnode) class=hdfs.qjournal.server.JournalNode daemon=y ;;
  hdfs.zkfc) class=hdfs.tools.DFSZKFailoverController daemon=y options=${HDFS_ZKFC_OPTS:-} ;;
  hdfs.dfsadmin) class=hdfs.tools.DFSAdmin ;;
  hdfs.haadmin) class=hdfs.tools.DFSHAAdmin ;;
  hdfs.fsck) class=hdfs.tools.DFSck ;;
  hdfs.getconf) class=hdfs.tools.GetConf ;;
  hdfs.dfs | hadoop.fs) class=fs.FsShell ;;
  yarn.resourcemanager) class=yarn.server.resourcemanager.ResourceManager daemon=y ;;
  yarn.nodemanager) class=yarn.server.nodemanager.NodeManager daemon=y ;;
  yarn.rmadmin) class=yarn.client.cli.RMAdminCLI ;;
  yarn.node) class=yarn.client.cli.NodeCLI ;;
  yarn.application) class=yarn.client.cli.ApplicationCLI ;;
  yarn.jar | hadoop.jar) class=util.RunJar ;;
  mapred.job) class=mapred.JobClient ;;
  *) echo "$program: nothing is known of $command" >&2; exit 2 ;;
esac
if [ -n "$daemon" ]; then heap=-Xmx${HADOOP_HEAPSIZE_MAX:-512}m level=INFO; else heap='' level=WARN options=${HADOOP_CLIENT_OPTS:-}; fi
case $heap in *[0-9]m) ;; *[gGmMkK]m) heap=${heap%m} ;; esac # with a unit of its own
opens=''
for each in java.lang java.lang.reflect java.io java.net java.nio java.util java.util.concurrent sun.nio.ch; do opens="$opens --add-opens=java.base/$each=ALL-UNNAMED"; done
# shellcheck disable=SC2086
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 $heap $options $opens -Dproc_$command "-Dhadoop.home.dir=$home" \
  "-Dhadoop.root.logger=$level,console" -Djava.net.preferIPv4Stack=true \
  -cp "$conf:$home/share/hadoop/conf:$home/share/hadoop/mapreduce/*:$home/share/hadoop/hdfs" "org.apache.hadoop.$class" "$@"
