import type { App } from "@troupe/proto/troupe/v1/app";
import { parseDocument } from "yaml";

/**
 * An App as it was written, comments and all. Only what publishing filled in is put into it, so that it can be applied again from
 * anywhere: the project, where a request named it, and the files of a folder in the place of its name.
 */
export function publishedText({ yaml, definition }: Pick<App, "yaml" | "definition">): string {
  const { metadata, spec } = (definition ?? {}) as { readonly metadata?: { readonly namespace?: string }; readonly spec?: { readonly package?: object } };
  const text = parseDocument(yaml);
  const project = text.hasIn(["metadata", "namespace"]) ? undefined : metadata?.namespace;
  const files = typeof text.getIn(["spec", "package"]) === "string" ? spec?.package : undefined;
  if (project !== undefined) text.setIn(["metadata", "namespace"], project);
  if (files !== undefined) text.setIn(["spec", "package"], files);
  return project === undefined && files === undefined ? yaml : text.toString({ lineWidth: 0, flowCollectionPadding: false });
}
