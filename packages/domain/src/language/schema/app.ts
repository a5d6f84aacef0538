import { z } from "zod";
import { longest } from "../../name.ts";
import { step } from "./hooks.ts";
import { defaults, role } from "./role.ts";
import { apiVersion, fileName, identifier, json, metadata, nameOf, scalar, version } from "./words.ts";

const param = z.strictObject({
  type: z.enum(["string", "integer", "number", "boolean", "quantity", "duration", "array", "object"]).describe("What a value must be."),
  default: json.optional().describe("Where a Cluster gives none."),
  required: z.boolean().optional().describe("A Cluster must give it. Default: false."),
  enum: z.array(json).min(1, "must name a value").max(200).optional().describe("The only values that are possible."),
  min: z.number().optional().describe("Least number."),
  max: z.number().optional().describe("Greatest number."),
  pattern: z.string().max(500).optional().describe("A regular expression (RE2) that is found in the text; anchor it with ^ and $."),
  description: z.string().max(2000).optional().describe("For people."),
  apply: z.enum(["live", "reload", "restart", "never"]).optional().describe("How a change reaches members: through files that are changed in place (`live`, `reload`), by a `restart`, or `never` once the cluster is there. Default: `restart`."),
}).meta({ id: "Param" });

const secret = z.strictObject({
  generate: z.enum(["password", "uuid", "hex", "base64url"]).optional().describe("Made by Troupe once, kept and deleted with the volumes. Default: `password`, unless `from` is given."),
  length: z.int().min(8).max(128).optional().describe("Characters of a password. Default: 24."),
  bytes: z.int().min(8).max(128).optional().describe("Bytes of hex and base64url before they are encoded. Default: 32."),
  from: z
    .strictObject({
      name: z.string().max(300).describe("Name of the Secret in the cluster's namespace: a template of params and cluster."),
      key: z.string().max(253).regex(/^[A-Za-z0-9._-]+$/, "must be letters, digits, dots, dashes and underscores").describe("Key in it."),
    })
    .optional()
    .describe("A Kubernetes Secret that is there already."),
}).meta({ id: "Secret" });

const need = z.strictObject({
  app: nameOf(longest.app).optional().describe("The app that the other cluster must be of. Default: any."),
  version: version.optional().describe("What its version must begin with: `4` or `4.1`."),
  optional: z.boolean().optional().describe("May stay unbound; expressions read null then. Default: false."),
}).meta({ id: "Need" });

const builtInStep = z
  .strictObject({ do: z.enum(["restart", "stop", "start"]).describe("A step of Troupe's own."), roles: z.array(z.string()).max(30).optional().describe("Of which roles. Default: all.") })
  .meta({ id: "BuiltInStep" });

const operation = z.strictObject({
  description: z.string().max(2000).optional().describe("For people."),
  params: z.record(identifier, param).optional().describe("What whoever starts it gives."),
  steps: z
    .array(z.union([step, builtInStep]))
    .min(1, "must have a step")
    .max(30)
    .describe("Steps like those of hooks, and Troupe's own, one after another."),
}).meta({ id: "Operation" });

const link = z.string().max(500).regex(/^https?:\/\/\S+$/, "must be the address of a page, beginning with https://");

const spec = z.strictObject({
  version: version.describe("The application's version, in quotes."),
  build: z.int().min(1).max(1_000_000).optional().describe("Counts definitions of the same version. Default: 1."),
  from: z.array(version).min(1, "must name a version").max(50).optional().describe("What a version that can be upgraded to this one begins with. Default: any lower."),
  rollback: z.boolean().optional().describe("`false`: once a member has started on this version there is no way back. Default: true."),
  label: z.string().max(200).optional().describe("Its name for people."),
  description: z.string().max(5000).optional().describe("One sentence on what it is."),
  logo: link.optional().describe("Address of a picture."),
  docs: link.optional().describe("Address of the application's documentation."),
  category: z.string().max(60).optional().describe("For catalogues: `database`, `streaming` …"),
  package: z.union([z.string(), z.record(fileName, z.string())]).optional().describe("Files that members see as executables in /troupe/app: name → text, or with the CLI a folder beside the document."),
  params: z.record(identifier, param).optional().describe("What a Cluster can choose."),
  secrets: z.record(identifier, secret).optional().describe("Values that nobody sees: name → how it is made, or where it is."),
  needs: z.record(identifier, need).optional().describe("Slots that a Cluster binds to another cluster, or to values."),
  exports: z.record(identifier, scalar).optional().describe("What others can read: name → template. One that is a secret alone is a reference."),
  run: z.enum(["service", "job"]).optional().describe("`job`: members run to their end. Default: `service`."),
  done: z.array(z.string()).min(1, "must name a role").max(50).optional().describe("Of a job: the roles whose success ends it. Default: all."),
  retries: z.int().min(0).max(1000).optional().describe("Of a job: how often failed members are started again, in all. Default: 6."),
  updateOrder: z.array(z.string()).max(50).optional().describe("Where members are updated in another order of roles than they start."),
  ops: z.record(nameOf(longest.role), operation).optional().describe("Operations that people can start: name → params and steps."),
  ...defaults,
  roles: z.record(nameOf(longest.role), role).describe("The kinds of members: name → role. What is said for the app holds for each."),
});

export const appSchema = z
  .strictObject({ apiVersion, kind: z.literal("App").describe("Always `App`."), metadata: metadata(longest.app).describe("Which app it is."), spec: spec.describe("What the application is.") })
  .describe("What an application is: written once by whoever knows it.");

export type AppInput = z.infer<typeof appSchema>;
export type ParamInput = z.infer<typeof param>;
export type SecretInput = z.infer<typeof secret>;
