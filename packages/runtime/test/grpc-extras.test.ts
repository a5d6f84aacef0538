import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { SystemServiceService } from "@troupe/proto/troupe/v1/system";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeServer, serviceOf } from "../src/grpc-server.ts";
import { silentLog } from "../src/log.ts";

const info = SystemServiceService.getInfo.responseDeserialize(Buffer.alloc(0));
const server = makeServer({
  listen: { host: "127.0.0.1", port: 0 },
  log: silentLog,
  services: [serviceOf(SystemServiceService, { getInfo: async () => info })],
  reflection: readFileSync(join(import.meta.dirname, "../../../proto/gen/descriptors.bin")),
});
let client: Client;

beforeAll(async () => {
  await server.start(new AbortController().signal);
  client = new Client(server.address(), credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await server.stop();
});

// The few messages that are needed here, as bytes: a field of type text, and a question that is one such field.
const textField = (field: number, text: string) => Buffer.concat([Buffer.from([field * 8 + 2, text.length]), Buffer.from(text)]);
const asIs = (bytes: Buffer) => bytes;

describe("grpc.health.v1", () => {
  const check = (service: string) =>
    new Promise<Buffer | undefined>((resolve, reject) => {
      client.makeUnaryRequest("/grpc.health.v1.Health/Check", asIs, asIs, textField(1, service), (error, response) => (error ? reject(error) : resolve(response)));
    });

  it("says that the server and its services are serving", async () => {
    const serving = Buffer.from([8, 1]);
    expect(await check("")).toEqual(serving);
    expect(await check("troupe.v1.SystemService")).toEqual(serving);
  });

  it("knows no other service", async () => {
    await expect(check("troupe.v1.AppService")).rejects.toMatchObject({ code: 5 });
  });
});

describe.each(["v1", "v1alpha"])("grpc.reflection.%s", (version) => {
  function ask(question: Buffer): Promise<string> {
    const call = client.makeBidiStreamRequest(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`, asIs, asIs);
    return new Promise((resolve, reject) => {
      call.on("data", (answer: Buffer) => {
        resolve(answer.toString("latin1"));
        call.end();
      });
      call.on("error", reject);
      call.write(question);
    });
  }

  it("lists the server's services and no others", async () => {
    const answer = await ask(textField(7, ""));
    expect(answer.match(/[a-z0-9.]+\.[A-Z][A-Za-z]+/g)?.toSorted()).toEqual(["grpc.health.v1.Health", "troupe.v1.SystemService"]);
  });

  it("gives the file of a symbol and the files that it imports", async () => {
    const answer = await ask(textField(4, "troupe.v1.ClusterService"));
    for (const file of ["troupe/v1/cluster.proto", "troupe/v1/resource.proto", "google/protobuf/duration.proto"]) expect(answer).toContain(file);
  });
});
