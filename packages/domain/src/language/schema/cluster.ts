import { z } from "zod";
import { longest, shapes } from "../../name.ts";
import { absolutePath, apiVersion, count, environmentName, expose, gpus, identifier, image, json, labels, metadata, nameOf, portName, quantity, scalar, shaped, storageClass } from "./words.ts";

const roleSpec = z.strictObject({
  members: count.optional().describe("How many members."),
  image: image.optional().describe("Another image than the App's."),
  cpu: quantity.optional().describe("Of each member, request and limit alike."),
  memory: quantity.optional().describe("Of each member, request and limit alike."),
  gpu: gpus.optional().describe("Whole GPUs of each member."),
  volumes: z
    .record(z.string(), z.strictObject({ size: quantity.optional().describe("It grows in place and never shrinks."), class: storageClass.optional().describe("Storage class; never changes.") }))
    .optional()
    .describe("Size and class of the App's volumes."),
  env: z.record(environmentName, scalar.nullable()).optional().describe("Variables beside and instead of the App's; null takes one away."),
  files: z
    .record(absolutePath, z.strictObject({ set: z.record(z.string().max(300), json).describe("Key → value; null takes one away.") }))
    .optional()
    .describe("Keys of the App's structured files."),
  expose: z.record(portName, expose).optional().describe("Port → how it is reached, instead of what the App says."),
}).meta({ id: "RoleSpec" });

export const specSchema = z.strictObject({
  app: z
    .string()
    .regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?(?:@[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?(?:\+[1-9]\d{0,5})?)?$/, "must be the name of an app, with its version and build if they matter: name@1.0+2")
    .describe("`name@version+build`; what is left out is chosen when it is submitted: the newest build, the newest stable version."),
  placement: z
    .strictObject({ target: nameOf(longest.project).optional().describe("Which Kubernetes. Default: `default`."), namespace: shaped(shapes.project, longest.project).optional().describe("Of its objects. Default: the project's name.") })
    .optional()
    .describe("Where it runs; never changes."),
  params: z.record(z.string(), json).optional().describe("Values for the App's params."),
  needs: z
    .record(z.string(), z.union([nameOf(longest.cluster), z.record(identifier, scalar)], "must be the name of a cluster, or a map of values in place of its exports"))
    .optional()
    .describe("Slot → name of another cluster of the project, or values for something outside."),
  roles: z.record(z.string(), roleSpec.nullable()).optional().describe("What is other than in the App: role → differences."),
  paused: z.boolean().optional().describe("Nothing is changed, not even a crashed member. Default: false."),
  stopped: z.boolean().optional().describe("No member runs; volumes, secrets and names stay. Default: false."),
  protect: z.boolean().optional().describe("Refuses deletion until unset. Default: false."),
  adopt: z
    .string()
    .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be the uid of a deleted cluster")
    .optional()
    .describe("Uid of a deleted cluster whose kept volumes and secrets this one takes over."),
  labels: labels.optional().describe("Labels on every object that is made for it. Pods get new ones when they are made anew."),
}).meta({ id: "ClusterSpec", description: "What is wanted." });

export const clusterSchema = z
  .strictObject({ apiVersion, kind: z.literal("Cluster").describe("Always `Cluster`."), metadata: metadata(longest.cluster).describe("Which cluster it is."), spec: specSchema })
  .describe("One running instance of an App.");

/** A spec on its own, at the place in a value where documents have theirs. */
export const clusterSpecSchema = z.object({ spec: specSchema });

export type ClusterSpecInput = z.infer<typeof specSchema>;
