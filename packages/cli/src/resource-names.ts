// `projects/{project}/clusters/{cluster}`: the names that the API gives things, and their parts.

/** The project that holds what everybody may use. */
export const sharedProject = "troupe-system";

export function projectName(project: string): string {
  return `projects/${project}`;
}

export function clusterName(project: string, cluster: string): string {
  return `projects/${project}/clusters/${cluster}`;
}

export function pipelineName(project: string, pipeline: string): string {
  return `projects/${project}/pipelines/${pipeline}`;
}

export function appName(project: string, app: string): string {
  return `projects/${project}/apps/${app}`;
}

/** What comes after the last slash. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

export function projectOf(name: string): string {
  return name.split("/")[1] ?? "";
}

/** `projects/p/clusters/c` → `cluster/c`, as people write it. */
export function spokenName(name: string): string {
  const [, , collection = ""] = name.split("/");
  return `${collection.replace(/s$/, "")}/${shortName(name)}`;
}
