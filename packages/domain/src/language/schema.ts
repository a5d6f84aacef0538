import { z } from "zod";
import { longest, shapes } from "../name.ts";

/*
 * The one description of what can be written. Only shapes: what depends on other parts of a document is in check-app.ts and
 * check-spec.ts. `later` names fields of the language that a later version brings: they are refused by name, never ignored.
 * The words of a rule (second argument of regex, max …) end the sentence that begins with what is wrong.
 */

function shaped({ pattern, words }: { readonly pattern: RegExp; readonly words: string }, longestChars: number) {
  return z.string().max(longestChars, `must have at most ${longestChars} characters`).regex(pattern, words);
}

function nameOf(longestChars: number) {
  return shaped(shapes.name, longestChars);
}

const identifier = shaped(shapes.identifier, longest.identifier);
const absolutePath = z.string().max(500).regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/, "must be an absolute path without . or .. or a slash at its end");
const environmentName = z.string().max(200).regex(/^(?!\.(?:$|\.))[A-Za-z_.-][A-Za-z0-9_.-]*$/, "must be letters, digits, dots, dashes and underscores, not beginning with a digit or two dots");
const portName = z
  .string()
  .max(longest.port, `must have at most ${longest.port} characters`)
  .regex(/^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/, "must be lower-case letters, digits and single dashes, with a letter in it");
const fileName = z.string().max(100).regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, "must be the name of a file: letters, digits, dots, dashes and underscores, no folder");

const image = z
  .string()
  .max(500)
  .regex(/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/, "must be an image such as registry.example/name:1.0; expressions are not possible here");
/** A word that YAML may have taken for a number or a boolean; what it was written as is looked at when it is parsed. */
const scalar = z.union([z.string(), z.number(), z.boolean()]);
/** Kubernetes quantity; parsed when it is read. */
const quantity = z.union([z.string(), z.number()]);
const duration = z.string().meta({ isTime: true });
const disruptions = z.int().min(1).max(1000);
/** One expression that gives the whole list, or a template an element. */
const templateList = z.union([z.string(), z.array(scalar).max(500)]);

const port = z.strictObject({
  port: z.int().min(1).max(65_535).nullish(),
  protocol: z.enum(["TCP", "UDP"]).nullish(),
  scheme: z.string().regex(/^[a-z][a-z0-9+.-]{0,29}$/, "must be the scheme of a URL, such as http").nullish(),
  path: z.string().max(200).regex(/^\//, "must begin with a slash").nullish(),
  dashboard: z.boolean().nullish(),
  expose: z.enum(["none", "cluster", "node", "load"]).nullish(),
}).meta({ later: ["token"] });

const storageClass = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, "must be the name of a storage class");

const volume = z.strictObject({
  path: absolutePath.nullish(),
  size: quantity.nullish(),
  class: storageClass.nullish(),
  keep: z.enum(["always", "member", "pod"]).nullish(),
}).meta({ later: ["block", "seed"] });

const file = z.strictObject({
  text: z.string().nullish(),
  mode: z.string().regex(/^0[0-7]{3}$/, 'must be four octal digits in quotes, such as "0644"').nullish(),
  owner: z.enum(["troupe", "app"]).nullish(),
}).meta({ later: ["from", "format", "set", "apply"] });

const probe = z.strictObject({
  exec: z.array(scalar).min(1, "must name a command").max(100).nullish(),
  http: z.strictObject({ port: portName.nullish(), path: z.string().max(500).regex(/^\//, "must begin with a slash").nullish(), scheme: z.enum(["http", "https"]).nullish() }).nullish(),
  tcp: portName.nullish(),
  period: duration.nullish(),
  timeout: duration.nullish(),
}).meta({ later: ["deadline"] });

const signals = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGABRT", "SIGALRM", "SIGPIPE", "SIGWINCH", "SIGCONT", "SIGSTOP", "SIGTSTP"] as const;

/** What an app can say for all its roles; in a role, null takes away what the app says, here and inside ports, volumes, files and probes. */
const defaults = {
  image: image.nullish(),
  user: z.union([z.int().min(0).max(2_147_483_647), z.literal("image")]).nullish(),
  command: templateList.nullish(),
  args: templateList.nullish(),
  env: z.record(environmentName, scalar.nullable()).nullish(),
  ports: z.record(portName, z.union([z.int().min(1).max(65_535), port]).nullable()).nullish(),
  volumes: z.record(nameOf(longest.volume), volume.nullable()).nullish(),
  files: z.record(absolutePath, file.nullable()).nullish(),
  cpu: quantity.nullish(),
  memory: quantity.nullish(),
  probes: z.strictObject({ started: probe.nullish(), ready: probe.nullish() }).meta({ later: ["healthy"] }).nullish(),
  stop: z.strictObject({ signal: z.enum(signals).nullish(), grace: duration.nullish() }).nullish(),
  update: z.strictObject({ maxUnavailable: disruptions.nullish() }).meta({ later: ["pauseAfterFirst", "allAtOnce"] }).nullish(),
};

const count = z.int().min(0).max(1000);
const range = z.string().regex(/^(?:\d{1,4}\+|\d{1,4}\.\.\d{1,4})$/, 'must be a number, "1+" for at least 1, or "1..7" for a range');

const role = z.strictObject({
  ...defaults,
  members: z.union([count, range, z.strictObject({ allow: z.union([z.array(count).min(1, "must name a number").max(1000), range]).optional(), default: count.optional(), scalable: z.boolean().optional() })]).optional(),
  idBase: z.int().min(0).max(2_000_000_000).optional(),
  bootstrap: z.enum(["all", "first"]).optional(),
  join: z.enum(["serial", "parallel"]).optional(),
  after: z.array(z.string()).max(30).optional(),
  min: z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).meta({ later: ["gpu"] }).optional(),
}).meta({ later: ["when", "services", "hooks", "standing", "spread", "near", "gang", "gpu", "shm", "pod"] });

const param = z.strictObject({
  type: z.enum(["string", "integer", "number", "boolean", "quantity", "duration", "array", "object"]),
  default: z.json().optional(),
  required: z.boolean().optional(),
  enum: z.array(z.json()).min(1, "must name a value").max(200).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  pattern: z.string().max(500).optional(),
  description: z.string().max(2000).optional(),
}).meta({ later: ["apply"] });

const secret = z.strictObject({
  generate: z.enum(["password", "uuid", "hex", "base64url"]),
  length: z.int().min(8).max(128).optional(),
  bytes: z.int().min(8).max(128).optional(),
}).meta({ later: ["from"] });

const need = z.strictObject({ app: nameOf(longest.app).optional(), optional: z.boolean().optional() }).meta({ later: ["version"] });

const labels = z.record(
  z.string().max(317).regex(/^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, "must be a label of Kubernetes"),
  z.string().max(63).regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/, "must be letters, digits, dots, dashes and underscores, at most 63"),
);
const annotations = z.record(z.string().max(317).regex(/^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, "must be an annotation of Kubernetes"), z.string().max(10_000));

function metadata(longestChars: number) {
  return z.strictObject({
    name: nameOf(longestChars),
    namespace: shaped(shapes.project, longest.project).optional(),
    labels: labels.optional(),
    annotations: annotations.optional(),
  });
}

const apiVersion = z.literal("troupe.dev/v1");

export const appSchema = z.strictObject({
  apiVersion,
  kind: z.literal("App"),
  metadata: metadata(longest.app),
  spec: z.strictObject({
    version: z.string().max(63).regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, "must be letters, digits, dots, dashes and underscores"),
    build: z.int().min(1).max(1_000_000).optional(),
    label: z.string().max(200).optional(),
    description: z.string().max(5000).optional(),
    package: z.union([z.string(), z.record(fileName, z.string())]).optional(),
    params: z.record(identifier, param).optional(),
    secrets: z.record(identifier, secret).optional(),
    needs: z.record(identifier, need).optional(),
    exports: z.record(identifier, scalar).optional(),
    ...defaults,
    roles: z.record(nameOf(longest.role), role),
  }).meta({ later: ["from", "rollback", "logo", "docs", "category", "hooks", "run", "done", "retries", "updateOrder", "ops", "pod"] }),
});

const specSchema = z.strictObject({
  app: z.string().regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?(?:@[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?(?:\+[1-9]\d{0,5})?)?$/, "must be the name of an app, with its version and build if they matter: name@1.0+2"),
  placement: z.strictObject({ target: nameOf(longest.project).optional(), namespace: shaped(shapes.project, longest.project).optional() }).optional(),
  params: z.record(z.string(), z.json()).optional(),
  needs: z.record(z.string(), z.union([nameOf(longest.cluster), z.record(identifier, scalar)])).optional(),
  roles: z
    .record(
      z.string(),
      z.strictObject({
        members: count.optional(),
        image: image.optional(),
        cpu: quantity.optional(),
        memory: quantity.optional(),
        volumes: z.record(z.string(), z.strictObject({ size: quantity.optional(), class: storageClass.optional() })).optional(),
        env: z.record(environmentName, scalar.nullable()).optional(),
      }).meta({ later: ["gpu", "files", "expose"] }),
    )
    .optional(),
  protect: z.boolean().optional(),
  adopt: z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be the uid of a deleted cluster").optional(),
}).meta({ later: ["paused", "stopped", "labels"] });

export const clusterSchema = z.strictObject({ apiVersion, kind: z.literal("Cluster"), metadata: metadata(longest.cluster), spec: specSchema });

/** A spec on its own, at the place in a value where documents have theirs. */
export const clusterSpecSchema = z.object({ spec: specSchema });

export type AppInput = z.infer<typeof appSchema>;
export type RoleInput = AppInput["spec"]["roles"][string];
export type ClusterSpecInput = z.infer<typeof specSchema>;
