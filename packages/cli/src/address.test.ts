import { describe, expect, it } from "vitest";
import { parseAddress } from "./address.ts";

describe("an address", () => {
  it.each([
    ["127.0.0.1:7401", "127.0.0.1:7401"],
    ["gateway.example", "gateway.example:7401"],
    [" http://gateway.example:80/ ", "gateway.example:80"],
    ["grpc://localhost", "localhost:7401"],
    ["[::1]:7401", "[::1]:7401"],
    ["::1", "[::1]:7401"],
    ["[fe80::1]", "[fe80::1]:7401"],
  ])("%s is dialled as %s", (text, dialled) => {
    expect(parseAddress(text)).toBe(dialled);
  });

  it.each(["", " ", ":7401", "host:", "host:0", "host:65536", "host:http", "https://host", "unix:///run/x", "host/path", "a b"])('"%s" is wrong usage', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ reason: "USAGE" }));
  });
});
