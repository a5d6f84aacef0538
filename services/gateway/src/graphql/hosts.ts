import type { IncomingHttpHeaders } from "node:http";

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a request to a door on loopback means it. A page whose own name was made to point here (DNS rebinding) is of the
 * same origin as its requests, to a browser; but they carry that name.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && loopbackHost.test(host);
}

/** The status that refuses an upgrade to a WebSocket; undefined: it may be. */
export function upgradeRefusal(url: string | undefined, { host, origin }: IncomingHttpHeaders, isOnLoopback: boolean): 403 | 404 | 421 | undefined {
  if (isOnLoopback && !isLoopbackHost(host)) return 421;
  if (url?.split("?")[0] !== "/graphql") return 404;
  return isSameOrigin(origin, host) ? undefined : 403;
}

/** Programs send no Origin; a browser's page may only speak to where it came from. */
function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
