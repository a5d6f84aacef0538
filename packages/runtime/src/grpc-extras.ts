import type { Server } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { HealthImplementation } from "grpc-health-check";

export interface Serving {
  /** What `grpc.health.v1` answers for the server as a whole and for each of its services. */
  set(serving: boolean): void;
}

/** Adds `grpc.health.v1.Health`; nothing is serving until told. */
export function addHealth(server: Server, services: readonly string[]): Serving {
  const names = ["", ...services];
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, "NOT_SERVING" as const])));
  health.addToServer(server);
  return {
    set: (serving) => {
      for (const name of names) health.setStatus(name, serving ? "SERVING" : "NOT_SERVING");
    },
  };
}

/**
 * Adds `grpc.reflection.v1` and `v1alpha`, which list the given services and the health service.
 * @param descriptors a serialized google.protobuf.FileDescriptorSet with all that the services use, and grpc.health.v1
 */
export function addReflection(server: Server, services: readonly string[], descriptors: Uint8Array): void {
  const files = filesOf(descriptors);
  // The library reads one field of what proto-loader makes. Given the files as they are, it does not merge those of a package.
  const definition = { all: { fileDescriptorProtos: files } } as unknown as ConstructorParameters<typeof ReflectionService>[0];
  new ReflectionService(definition, { services: [...services, "grpc.health.v1.Health"] }).addToServer(server);
}

/** The messages of field 1, each a FileDescriptorProto, undecoded. */
function filesOf(set: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(set);
  const files: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== 0x0a) throw new Error("not a FileDescriptorSet");
    const { value, next } = varint(bytes, at + 1);
    files.push(bytes.subarray(next, next + value));
    at = next + value;
  }
  return files;
}

function varint(bytes: Buffer, from: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = from, scale = 1; ; at += 1, scale *= 128) {
    const byte = bytes.readUInt8(at);
    value += (byte % 128) * scale;
    if (byte < 128) return { value, next: at + 1 };
  }
}
