# From what kafka-topics --describe prints: writes to `plan` a reassignment that replaces broker `id`, prints how many partitions it still has.
# A partition that is being moved already is left alone until that is done.
function value(name,   i) {
  for (i = 1; i <= NF; i++) if (index($i, name ": ") == 1) return substr($i, length(name) + 3)
  return ""
}
function holds(list, one) { return index("," list ",", "," one ",") > 0 }
BEGIN {
  FS = "\t"
  count = split(stay, wanted, ",")
  for (i = 1; i <= count; i++) if (wanted[i] != id && holds(live, wanted[i])) broker[++brokers] = wanted[i]
}
value("Partition") != "" {
  replicas = value("Replicas")
  size = split(replicas, each, ",")
  for (i = 1; i <= size; i++) load[each[i]]++
  if (!holds(replicas, id)) next
  left++
  if (value("Adding Replicas") value("Removing Replicas") != "") next
  moves++
  topic[moves] = value("Topic"); partition[moves] = value("Partition"); from[moves] = replicas
}
END {
  for (m = 1; m <= moves; m++) {
    to = ""
    for (b = 1; b <= brokers; b++) if (!holds(from[m], broker[b]) && (to == "" || load[broker[b]] + 0 < load[to] + 0)) to = broker[b]
    if (to == "") {
      print topic[m] "-" partition[m] " is on " from[m] ", and no other live broker stays: lower the topic's replication factor first" > "/dev/stderr"
      exit 1
    }
    load[to]++
    size = split(from[m], each, ",")
    line = ""
    for (i = 1; i <= size; i++) line = line (i > 1 ? "," : "") (each[i] == id ? to : each[i])
    body = body (m > 1 ? "," : "") "{\"topic\":\"" topic[m] "\",\"partition\":" partition[m] ",\"replicas\":[" line "]}"
  }
  printf "%s", (moves ? "{\"version\":1,\"partitions\":[" body "]}" : "") > plan
  print left + 0
}
