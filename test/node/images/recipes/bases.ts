import type { Layer } from "../recipe.ts";

/** The older of the two: it has the Java and the Python that most applications are released for. */
export const bookworm: Layer = { name: "bookworm", debian: "bookworm" };

/** The newer one, for what is too old in the other. */
export const trixie: Layer = { name: "trixie", debian: "trixie" };

export const java17: Layer = { name: "java17", on: bookworm, packages: ["openjdk-17-jre-headless"] };
export const java21: Layer = { name: "java21", on: trixie, packages: ["openjdk-21-jre-headless"] };
export const python311: Layer = { name: "python311", on: bookworm, packages: ["python3", "python3-pip"], links: { "/usr/local/bin/python": "/usr/bin/python3" } };
