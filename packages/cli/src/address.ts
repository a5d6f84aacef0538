import { usage } from "./usage.ts";

const usualPort = 7401;

/**
 * `host:port` as it is dialled. What people write is taken too: a host alone, `http://host:port/`, an IPv6 address with or
 * without brackets.
 */
export function parseAddress(text: string): string {
  const [, scheme = "", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*?)\/?$/i.exec(text.trim()) ?? [];
  if (scheme !== "" && !["http", "grpc"].includes(scheme.toLowerCase())) throw wrong(text, scheme === "https" ? "the gateway does not speak TLS itself" : `"${scheme}" is no scheme of it`);
  const [, bracketed, named, port] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+))(?::(.*))?$/i.exec(isBareIpv6(rest) ? `[${rest}]` : rest) ?? [];
  const host = bracketed === undefined ? named : `[${bracketed}]`;
  if (host === undefined) throw wrong(text, rest === "" ? "it is empty" : "no host can be read from it");
  return `${host}:${port === undefined ? usualPort : parsePort(text, port)}`;
}

function isBareIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.split(":").length > 2;
}

function parsePort(text: string, port: string): number {
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) throw wrong(text, `"${port}" is no port`);
  return Number(port);
}

function wrong(text: string, why: string) {
  return usage(`--address "${text}" must be HOST or HOST:PORT: ${why}`);
}
