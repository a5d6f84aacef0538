import { namedIn } from "../by-name.ts";
import { readsOf } from "../expression/reads.ts";
import { templatesIn, templatesOfContent } from "./app-templates.ts";
import type { App, Role } from "./app.ts";
import type { At } from "./check-names.ts";
import { hasReload } from "./check-params.ts";
import type { Path } from "./path.ts";
import type { Problems } from "./problems.ts";

/** Ways of being kept up to date that contradict each other, and secrets that could break a format. */
export function checkFiles(app: App, role: Role, problems: Problems, at: At): void {
  for (const { path, apply, owner } of Object.values(role.files)) {
    if (owner === "app" && apply !== "restart") problems.add(at("files", path, "apply"), "FIELD_NOT_APPLICABLE", "a file of the application's own is never written again: leave out apply, or owner", { key: true });
    else if (apply === "reload" && !hasReload(role)) problems.add(at("files", path, "apply"), "HOOK_MISSING", `the file is applied by a reload, and the role ${role.name} has no hook reload`);
  }
  if (!role.shell) checkMounted(role, problems, at);
  for (const { template, keys } of templatesIn(role)) {
    const [field, path] = keys;
    if (field !== "files" || role.files[String(path)]?.content.kind !== "settings") continue;
    const foreign = readsOf(template).secrets.find((name) => namedIn(app.secrets, name)?.kind === "referenced");
    if (foreign !== undefined) problems.add(at(...keys), "SECRET_NOT_ALLOWED", `the secret ${foreign} is not made by Troupe and may hold anything, which could break the format: write the file as text`);
  }
}

/** What is copied into place needs a shell. */
function checkMounted({ files, volumes }: Role, problems: Problems, at: At): void {
  const refuse = (path: Path, what: string) => problems.add(path, "FIELD_NOT_APPLICABLE", `${what}, which takes a shell, and shell: false says that the image has none: leave it out, or give it an image with one`, { key: true });
  for (const { path, apply, owner, content } of Object.values(files)) {
    if (owner === "app") refuse(at("files", path, "owner"), "a file of the application's own is copied into place");
    if (apply !== "restart") refuse(at("files", path, "apply"), "a file that changes in place is written into the member");
    if (templatesOfContent(content).some((template) => readsOf(template).secrets.length > 0)) refuse(at("files", path), "a file with a secret in it is put together in the member");
  }
  for (const { name, seed } of Object.values(volumes)) if (seed) refuse(at("volumes", name, "seed"), "what the image has is copied into the volume");
}
