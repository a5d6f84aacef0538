import type { Problems } from "./problems.ts";

/** The same problems, which are told in another way. */
export function problemsThrough(problems: Problems, add: Problems["add"]): Problems {
  return {
    get list() {
      return problems.list;
    },
    get isFull() {
      return problems.isFull;
    },
    tell: (problem) => problems.tell(problem),
    add,
  };
}
