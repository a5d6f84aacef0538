import type { HookName } from "../language/schema/hooks.ts";
import type { StepWait } from "./step.ts";

/** What does not go on since a hook that gates it cannot run yet. `message`: the beginning of the sentence. */
export function hookWait(what: string, message: string, since?: number): StepWait {
  return { what, reason: "HooksPending", message: `${message}, and hooks cannot run yet`, ...(since !== undefined && { since }) };
}

/** `handover and flush`. */
export function inWords(hooks: readonly HookName[]): string {
  return hooks.join(" and ");
}
