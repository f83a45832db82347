import { hostname, networkInterfaces } from 'node:os';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** The addresses that mean all of a machine's, each with one that opens on the machine itself. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/**
 * Checks that a request's Host header names this server. This stops DNS rebinding, where another site's name resolves
 * to this address: the header still has that name. The port is ignored, as it may be forwarded.
 */
export function createHostCheck(host: string, names: readonly string[]): (header: string | undefined) => boolean {
  const known = new Set([...LOOPBACK_NAMES, ...names, bracketed(host)]);
  if (isWildcard(host)) for (const name of namesOfThisMachine()) known.add(name);
  return (header) => {
    const name = hostIn(header);
    return name !== undefined && known.has(name);
  };
}

/** The name or address in a Host header, in lower case and without the port; undefined if it is not valid. */
export function hostIn(header: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase();
}

/** Whether a server on this address listens on all addresses of its machine. */
export function isWildcard(host: string): boolean {
  return WILDCARDS.has(host);
}

/** The URL of a server, as it opens on the machine itself. */
export function localUrl(host: string, port: number): string {
  return `http://${bracketed(WILDCARDS.get(host) ?? host)}:${port}/`;
}

function namesOfThisMachine(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return [hostname().toLowerCase(), ...addresses.map(({ address }) => bracketed(address))];
}

/** A host as it is written in a URL or a Host header: lower case, IPv6 in brackets. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]`.toLowerCase() : address.toLowerCase();
}
