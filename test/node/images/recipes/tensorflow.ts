import type { Recipe } from "../recipe.ts";
import { python311 } from "./bases.ts";

export const tensorflow: Recipe = { name: "tensorflow", version: "2.19.0", on: python311, python: true, command: ["bash"] };
