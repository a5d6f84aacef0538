# The first process of a machine of its own, in new namespaces: machine.sh FOLDER NAME [HIERARCHY:OPTIONS]...
# Where no hierarchy is given, cgroups are of version 2.
set -eu
folder=$1 name=$2
shift 2
read -r pid rest </proc/self/stat # the old /proc still tells the number that others know it by

mount --make-rshared /
mount -t proc proc /proc
mount -t sysfs sysfs /sys
if [ $# = 0 ]; then
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
else
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
fi
for each; do
  mkdir "/sys/fs/cgroup/${each%%:*}"
  mount -t cgroup -o "${each#*:}" cgroup "/sys/fs/cgroup/${each%%:*}"
done
for procs in /sys/fs/cgroup/system/cgroup.procs /sys/fs/cgroup/*/system/cgroup.procs; do [ ! -e "$procs" ] || echo 0 >"$procs"; done

# What kubelet, containerd and network plugins write at fixed places goes to the folder, or is forgotten.
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind "$folder/lib" /var/lib
mount --bind "$folder/log" /var/log

# A kubelet changes these for the whole computer, unless they look as it wants them.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=$folder/settings/$(basename "${setting%=*}")
  echo "${setting#*=}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%=*}"
done

echo "$name" >/proc/sys/kernel/hostname
echo "$pid" >"$folder/pid"
while :; do sleep infinity & wait; done # for every process whose parent has died
