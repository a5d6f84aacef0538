declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]?: B };

/** Names and ids that were checked where they came in. Plain strings at run time. */
export type Uid = Brand<string, "Uid">;
export type ProjectName = Brand<string, "ProjectName">;
export type ClusterName = Brand<string, "ClusterName">;
export type AppName = Brand<string, "AppName">;
export type RoleName = Brand<string, "RoleName">;
export type Digest = Brand<string, "Digest">;
