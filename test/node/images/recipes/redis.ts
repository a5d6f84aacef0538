import type { Recipe } from "../recipe.ts";
import { trixie } from "./bases.ts";

export const redis: Recipe = {
  name: "redis",
  version: { ofPackage: "redis-server" },
  on: trixie,
  user: { name: "redis", id: 999 },
  packages: ["redis-server"],
  folders: ["/data"],
  command: ["redis-server"],
  workingFolder: "/data",
};
