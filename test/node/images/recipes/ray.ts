import type { Recipe } from "../recipe.ts";
import { python311 } from "./bases.ts";

export const ray: Recipe = { name: "ray", version: "2.54.1", on: python311, user: { name: "ray", id: 1000 }, python: true, command: ["bash"], workingFolder: "/home/ray" };
