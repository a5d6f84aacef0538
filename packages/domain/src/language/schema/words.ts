import { z } from "zod";
import { longest, shapes } from "../../name.ts";

/*
 * The words that documents are made of. schema/ is the one description of what can be written: the parser, the JSON Schemas
 * of editors, `troupe explain` and the reference in docs/language are all made from it. Only shapes: what depends on other
 * parts of a document is in check-*.ts. The words of a rule (second argument of regex, max …) end the sentence that begins
 * with what is wrong; `.describe` says what a field is for, its unit and, as a sentence that begins with `Default: `, what
 * holds where it is left out. A map that stands in more than one place, or is large, has a name: `.meta({ id })`.
 */

export function shaped({ pattern, words }: { readonly pattern: RegExp; readonly words: string }, longestChars: number) {
  return z.string().max(longestChars, `must have at most ${longestChars} characters`).regex(pattern, words);
}

export function nameOf(longestChars: number) {
  return shaped(shapes.name, longestChars);
}

export const identifier = shaped(shapes.identifier, longest.identifier);
export const absolutePath = z.string().max(500).regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/, "must be an absolute path without . or .. or a slash at its end");
export const environmentName = z.string().max(200).regex(/^(?!\.(?:$|\.))[A-Za-z_.-][A-Za-z0-9_.-]*$/, "must be letters, digits, dots, dashes and underscores, not beginning with a digit or two dots");
export const portName = z
  .string()
  .max(longest.port, `must have at most ${longest.port} characters`)
  .regex(/^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/, "must be lower-case letters, digits and single dashes, with a letter in it");
export const fileName = z.string().max(100).regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, "must be the name of a file: letters, digits, dots, dashes and underscores, no folder");

export const image = z
  .string()
  .max(500)
  .regex(/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/, "must be an image such as registry.example/name:1.0; expressions are not possible here");
export const json = z.json().meta({ id: "Json", description: "Whatever JSON can say." });
/** A word that YAML may have taken for a number or a boolean; what it was written as is looked at when it is parsed. */
export const scalar = z.union([z.string(), z.number(), z.boolean()]).meta({ id: "Scalar", description: "Text, a number, or true or false. In an App a template, in a Cluster the value itself." });
/** Parsed when it is read. */
export const quantity = z.union([z.string(), z.number()]).meta({ id: "Quantity", description: "As Kubernetes writes it: `500m`, `2`, `16Gi`." });
/** Parsed when it is read. */
export const duration = z.string().meta({ id: "Duration", description: "A time with its unit: `30s`, `10m`, `1h30m`." });
/** One expression that gives the whole list, or a template an element. */
export const templateList = z.union([z.string(), z.array(scalar).max(500)]);
/** A command is never empty. */
export const command = z.array(scalar).min(1, "must name a command").max(100);
export const urlPath = z.string().max(500).regex(/^\//, "must begin with a slash");
export const gpus = z.int().min(0).max(1024);
export const storageClass = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, "must be the name of a storage class");
export const count = z.int().min(0).max(1000);
export const expose = z.enum(["none", "cluster", "node", "load"]);
/** The word of a standing: `leader`. */
export const standingWord = z.string().max(30).regex(/^[a-z][a-z0-9-]*$/, "must be lower-case letters, digits and dashes, beginning with a letter");
export const version = z.string().max(63).regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, "must be letters, digits, dots, dashes and underscores");

const labelKey = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
export const labels = z.record(
  z.string().max(317).regex(labelKey, "must be a label of Kubernetes"),
  z.string().max(63).regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/, "must be letters, digits, dots, dashes and underscores, at most 63"),
);
const annotations = z.record(z.string().max(317).regex(labelKey, "must be an annotation of Kubernetes"), z.string().max(10_000));

export function metadata(longestChars: number) {
  return z.strictObject({
    name: nameOf(longestChars).describe(`Lower-case letters, digits and dashes, at most ${longestChars}.`),
    namespace: shaped(shapes.project, longest.project).optional().describe("The project. Default: `default`; of an App `troupe-system`, the catalogue that all projects share."),
    labels: labels.optional().describe("Labels to find it by."),
    annotations: annotations.optional().describe("Notes of any kind; never read by Troupe."),
  });
}

export const apiVersion = z.literal("troupe.dev/v1").describe("Always `troupe.dev/v1`.");
