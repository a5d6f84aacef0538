import { z } from "zod";
import { longest } from "../../name.ts";
import { specSchema } from "./cluster.ts";
import { apiVersion, metadata, nameOf } from "./words.ts";

/** A key with the pipeline's name and a dash before it is the name of a cluster, so neither may take all of it. */
const longestPart = longest.cluster - 2;

export const pipelineSchema = z
  .strictObject({
    apiVersion,
    kind: z.literal("Pipeline").describe("Always `Pipeline`."),
    metadata: metadata(longestPart).describe("Which pipeline it is."),
    spec: z
      .strictObject({
        clusters: z
          .record(nameOf(longestPart), specSchema)
          .describe("Key → what is wanted of that cluster, which is named `<pipeline>-<key>`. In its `needs`, a key of this pipeline goes before a cluster of the project."),
      })
      .describe("What is wanted."),
  })
  .describe("Clusters that are wired to each other and handled as one.");
