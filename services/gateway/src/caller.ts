/** Who calls, as control is told. Authentication is to come: until then everyone on loopback is the same person. */
export const callerMetadata = { "troupe-caller": "anonymous" } as const;
