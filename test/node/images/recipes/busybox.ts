import type { Recipe } from "../recipe.ts";
import { trixie } from "./bases.ts";

export const busybox: Recipe = { name: "busybox", version: { ofPackage: "busybox-static" }, on: trixie, packages: ["busybox-static"], command: ["sh"] };
