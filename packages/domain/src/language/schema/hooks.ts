import { z } from "zod";
import { command, duration, image, portName, standingWord, urlPath } from "./words.ts";

/** What is asked of a member, or through it: exit code 0, an answer of 2xx or 3xx, a connection. */
const check = {
  exec: command.nullish().describe("A command in the member's main container; exit code 0 means yes."),
  http: z
    .strictObject({
      port: portName.nullish().describe("Name of a port of the role."),
      path: urlPath.nullish().describe("Of the URL. Default: `/`."),
      scheme: z.enum(["http", "https"]).nullish().describe("Of the URL. Default: the port's own scheme, else http."),
    })
    .nullish()
    .describe("An answer of 200 to 399 means yes."),
  tcp: portName.nullish().describe("Name of a port; that it takes a connection means yes."),
};

export const probe = z.strictObject({
  ...check,
  period: duration.nullish().describe("Time between two questions. Default: 5s, of `healthy` 10s."),
  timeout: duration.nullish().describe("How long an answer may take. Default: 5s."),
}).meta({ id: "Probe" });

export const healthyProbe = z.strictObject({
  ...probe.shape,
  deadline: duration.nullish().describe("Time from its start within which a member must be healthy; past it the operation halts. Default: 10m."),
}).meta({ id: "HealthyProbe" });

const until = z.strictObject({
  ...check,
  at: z.string().max(80).nullish().describe("Where it is asked. Default: where its step runs."),
}).meta({ id: "Until" });

export const step = z.strictObject({
  exec: command.nullish().describe("A command in the member's main container, with its env and user; before the start, in a container of the same image."),
  http: z
    .strictObject({
      port: portName.describe("Name of a port of the role where the step runs."),
      method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional().describe("Of the request. Default: POST."),
      path: z.string().max(2000).describe("A template that begins with a slash."),
      body: z.string().max(20_000).optional().describe("A template."),
    })
    .nullish()
    .describe("A request; an answer of 2xx is success."),
  job: z
    .strictObject({
      image: image.optional().describe("What it runs. Default: the role's image."),
      command: command.describe("Instead of the image's entry point: templates."),
    })
    .nullish()
    .describe("A pod of its own, run to its end."),
  at: z.string().max(80).nullish().describe("Where: `self`, `to`, `any`, `all`, `others` or a standing such as `leader`, with `role/` before it for another role. Default: `self`; of forget and left `any`."),
  when: z.string().max(4096).nullish().describe("An expression; where it gives false the step is skipped."),
  before: z.literal("start").nullish().describe("`start`: the pod is placed, with its volumes, files and name, and the process is not started yet."),
  until: until.nullish().describe("A probe that says what is true: asked before each attempt (yes: nothing is run) and every 10 s after it."),
  deadline: duration.nullish().describe("For the step with all its attempts. Default: 5m."),
  attempts: z.int().min(1).max(1000).nullish().describe("How often it is tried, with a pause of 5 s that doubles up to a minute. Default: 5; with `until` as many as the deadline allows."),
  onFailure: z.enum(["stop", "proceed"]).nullish().describe("When the last attempt failed: `stop` waits for a person. Default: `stop`."),
  approve: z.boolean().nullish().describe("A person is asked before it runs. Default: false."),
}).meta({ id: "Step" });

const steps = z.union([step, z.array(step).min(1, "must have a step").max(30)]);

/** Hook → when it runs, for the reference. */
const moments = {
  revive: "All members of the role were down and start again: in each, before its start; prints a number, and the highest starts first, alone.",
  configure: "Each start on empty volumes (or with none), before create, join and rejoin.",
  create: "Once for a role, when all of its first set are started. At app level once for the cluster.",
  join: "Start `join` or `replace`; also every member but 0 at first creation with `bootstrap: first`.",
  rejoin: "Start `rejoin` or `revive`, each new pod.",
  facts: "Each time it became healthy, before it counts; the JSON that it prints is kept as `member.facts`.",
  handover: "Before a planned stop or removal of a member with the last standing of `order`, if another is healthy.",
  flush: "Before a planned stop of a member that stays.",
  leave: "Before the removal of a live member, which does not happen until it has returned.",
  forget: "Instead of leave for a lost member; for a replacement before the new life starts.",
  left: "After pod and place are gone.",
  reload: "After a new file is in place, member by member; `restart` as its last line restarts the member.",
  rotate: "A secret changed; `TROUPE_OLD` and `TROUPE_NEW` are in its environment only.",
  upgradeBegin: "Before the first member of a change of version.",
  upgradeEnd: "After the last member of a change of version, in either direction.",
} as const;

export const hookNames = [...Object.keys(moments), "peers"] as readonly HookName[];
export type HookName = keyof typeof moments | "peers";

export const hooks = z.strictObject({
  ...(Object.fromEntries(Object.entries(moments).map(([name, text]) => [name, steps.nullish().describe(text)])) as { [name in keyof typeof moments]: z.ZodOptional<z.ZodNullable<typeof steps>> }),
  peers: z
    .union([z.enum(["reload", "restart"]), steps])
    .nullish()
    .describe("Once after a change of who counts, in the others; or `reload` (files are made again, then reload) or `restart` (with `update.allAtOnce`: all stop, then all start)."),
}).meta({ id: "Hooks" });

export const standing = z.strictObject({
  probe: z
    .strictObject({ exec: command.describe("Prints the standing, and after it a number that rises with each term.") })
    .describe("How a member is asked."),
  order: z.array(standingWord).min(1, "must name a standing").max(10).describe("All standings, in the order in which members are updated: `[follower, leader]`."),
  one: standingWord.optional().describe("The standing that only one member has: of two claims the higher term wins."),
}).meta({ id: "Standing" });

