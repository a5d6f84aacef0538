import { stringify } from "yaml";

/** Loaded when YAML is asked for; a module of our own, since names of one in CommonJS cannot be had by `import()` once all is bundled. */
export function yamlOf(value: unknown, lineWidth = 120): string {
  return stringify(value, { lineWidth, aliasDuplicateObjects: false });
}
