import { z } from "zod";
import { longest } from "../../name.ts";
import { healthyProbe, hooks, probe, standing } from "./hooks.ts";
import { absolutePath, count, duration, environmentName, expose, gpus, image, json, nameOf, portName, quantity, scalar, standingWord, storageClass, templateList } from "./words.ts";

const port = z.strictObject({
  port: z.int().min(1).max(65_535).nullish().describe("The number that the process listens on."),
  protocol: z.enum(["TCP", "UDP"]).nullish().describe("What is spoken below the application. Default: TCP."),
  scheme: z.string().regex(/^[a-z][a-z0-9+.-]{0,29}$/, "must be the scheme of a URL, such as http").nullish().describe("Of its URL: `http`."),
  path: z.string().max(200).regex(/^\//, "must begin with a slash").nullish().describe("Of its URL."),
  dashboard: z.boolean().nullish().describe("A page for people, shown with the cluster. Default: false."),
  expose: expose.nullish().describe("How the role's Service is reached: `cluster` inside the target, `node` on a port of every node, `load` through a load balancer. Members have DNS names all the same. Default: `none`."),
  token: z.boolean().nullish().describe("Its address is opened with a token: the secret `token`, which is generated unless the app declares it. Default: false."),
}).meta({ id: "Port" });

const volume = z.strictObject({
  path: absolutePath.nullish().describe("Where members see it; of a block volume the device."),
  size: quantity.nullish().describe("What each member has, such as `20Gi`. It grows in place and never shrinks."),
  class: storageClass.nullish().describe("Storage class. Default: the target's own."),
  block: z.boolean().nullish().describe("A raw device instead of a folder. Default: false."),
  keep: z.enum(["always", "member", "pod"]).nullish().describe("`always`: outlives member and cluster · `member`: deleted with the member · `pod`: scratch space. Default: `always`."),
  seed: z.boolean().nullish().describe("On the first start what the image has at that path is copied into it. Default: false."),
}).meta({ id: "Volume" });

/** Nested maps for yaml and json, names of keys for the others; null removes a key. */
const settings = z.record(z.string().max(300), json);

const file = z.strictObject({
  text: z.string().nullish().describe("What it holds: a template."),
  from: z.string().max(100).nullish().describe("A file of the package: a template, or with `format` a YAML map that `set` is laid over."),
  format: z.enum(["properties", "hadoop-xml", "yaml", "json", "env"]).nullish().describe("Made from keys and values, so that a Cluster can set single ones."),
  set: settings.nullish().describe("Key → value; values are templates. With yaml and json maps may be nested."),
  mode: z.string().regex(/^0[0-7]{3}$/, 'must be four octal digits in quotes, such as "0644"').nullish().describe('Octal, in quotes. Default: `"0644"`.'),
  apply: z.enum(["live", "reload", "restart"]).nullish().describe("How new content reaches a running member: the file is changed, and the process watches it itself (`live`) or is told by the hook `reload`; or the member is restarted. Default: `restart`."),
  owner: z.enum(["troupe", "app"]).nullish().describe("`app`: written once in a member's life and the application's own from then on. Default: `troupe`."),
}).meta({ id: "File" });

/** What an app can say for all its roles; in a role, null takes away what the app says, here and inside ports, volumes, files, probes and hooks. */
export const defaults = {
  image: image.nullish().describe("The image that members run, unmodified."),
  shell: z.boolean().nullish().describe("Whether the image has a POSIX `sh`. Without one files are mounted one by one, and can only be read. Default: true."),
  user: z.union([z.int().min(0).max(2_147_483_647), z.literal("image")]).nullish().describe("Numeric uid and gid of the process, its volumes and files, or `image` to keep the image's own. Default: 1000."),
  command: templateList.nullish().describe("Instead of the image's entry point: a list of templates, or one expression that gives a list."),
  args: templateList.nullish().describe("Arguments: a list of templates, or one expression that gives a list."),
  env: z.record(environmentName, scalar.nullable()).nullish().describe("Variables: name → template. One that gives null is left out."),
  ports: z.record(portName, z.union([z.int().min(1).max(65_535), port]).nullable()).nullish().describe("Name → number, or more about it."),
  volumes: z.record(nameOf(longest.volume), volume.nullable()).nullish().describe("Name → a volume that each member has of its own."),
  files: z.record(absolutePath, file.nullable()).nullish().describe("Absolute path → file. Other files of the folder stay as the image has them."),
  cpu: quantity.nullish().describe("Of each member, request and limit alike: `500m`, `2`."),
  memory: quantity.nullish().describe("Of each member, request and limit alike: `2Gi`."),
  gpu: gpus.nullish().describe("Whole GPUs of each member."),
  shm: quantity.nullish().describe("Size of the shared memory at /dev/shm. Default: the runtime's (64Mi as a rule)."),
  probes: z
    .strictObject({
      started: probe.nullish().describe("So far up that hooks can talk to it. Default: its container runs."),
      ready: probe.nullish().describe("It can be used: gets what Services send. Default: started."),
      healthy: healthyProbe.nullish().describe("This member is in the cluster and caught up: it counts, and the next may be restarted. Never a check of the whole cluster. Default: ready."),
    })
    .meta({ id: "Probes" })
    .nullish()
    .describe("How a member is asked how it is."),
  stop: z
    .strictObject({
      signal: z.enum(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGABRT", "SIGALRM", "SIGPIPE", "SIGWINCH", "SIGCONT", "SIGSTOP", "SIGTSTP"]).nullish().describe("What its process is sent. Default: SIGTERM."),
      grace: duration.nullish().describe("How long it may take before it is killed. Default: 30s."),
    })
    .meta({ id: "Stop" })
    .nullish()
    .describe("How a process is ended."),
  update: z
    .strictObject({
      maxUnavailable: z.int().min(1).max(1000).nullish().describe("Members that may be away at a time, for whatever reason. Default: 1."),
      pauseAfterFirst: z.boolean().nullish().describe("After the first member of the role a person is waited for, who lets the others go on with `troupe continue`. Default: false."),
      allAtOnce: z.boolean().nullish().describe("All members stop, then all start with what is new. Default: false."),
    })
    .meta({ id: "Update" })
    .nullish()
    .describe("How members are made anew when something changed that they were made from."),
  hooks: hooks.nullish().describe("What the application has to be told, and when. At app level create, upgradeBegin and upgradeEnd run once for the cluster; all others are defaults for every role."),
  spread: z.enum(["host", "zone", "none"]).nullish().describe("Members are placed as evenly as can be over hosts or zones. A preference: no member waits for it. Default: `host`."),
  pod: z.record(z.string(), json).nullish().describe("A JSON merge patch on every pod, containers by name: whatever the language has no word for."),
};

const range = z.string().regex(/^(?:\d{1,4}\+|\d{1,4}\.\.\d{1,4})$/, 'must be a number, "1+" for at least 1, or "1..7" for a range');

const members = z.union([
  count,
  range,
  z.strictObject({
    allow: z.union([z.array(count).min(1, "must name a number").max(1000), range]).optional().describe("The legal numbers."),
    default: count.optional().describe("Where a Cluster gives none. Default: the lowest legal."),
    scalable: z.boolean().optional().describe("`false`: the number is chosen when the cluster is created. Default: true."),
  }),
]);

export const role = z.strictObject({
  ...defaults,
  members: members.optional().describe("How many there may be: `3` exactly, `1+` at least, `1..7`, or `{allow, default, scalable}`."),
  when: z.string().max(4096).optional().describe("An expression over params: the role is there only where it gives true."),
  idBase: z.int().min(0).max(2_000_000_000).optional().describe("Added to a member's index to make `member.id`. Default: 0."),
  bootstrap: z.enum(["all", "first"]).optional().describe("The first set: `all` start together, or `first`: member 0 alone, and the others join it. Default: `all`."),
  join: z.enum(["serial", "parallel"]).optional().describe("Whether members join and leave one at a time. Default: parallel."),
  after: z.array(z.string()).max(30).optional().describe("Roles that are ready before this one starts; reversed for stop and delete."),
  min: z
    .strictObject({ cpu: quantity.optional().describe("Least cpu."), memory: quantity.optional().describe("Least memory."), gpu: gpus.optional().describe("Fewest GPUs.") })
    .optional()
    .describe("What a member must have at least."),
  services: z
    .record(nameOf(longest.role), z.strictObject({ port: portName.describe("Name of a port of the role."), to: standingWord.describe("The standing that it leads to.") }))
    .optional()
    .describe("Addresses that follow a standing: name → port and standing."),
  standing: standing.optional().describe("What members are among themselves, such as follower and leader."),
  near: nameOf(longest.role).optional().describe("Members are placed on the hosts of members of that role, where they can be."),
  gang: z.boolean().optional().describe("All members start, or none. Default: false."),
}).meta({ id: "Role" });

export type RoleInput = z.infer<typeof role>;
