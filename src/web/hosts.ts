import { hostname, networkInterfaces } from 'node:os';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const WILDCARD_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Checks that a request's Host header names this server. This stops DNS rebinding, where another site's name resolves
 * to this address: the header still has that name. The port is ignored, as it may be forwarded.
 */
export function createHostCheck(host: string, names: readonly string[]): (header: string | undefined) => boolean {
  const known = new Set([...LOOPBACK_NAMES, ...names, bracketed(host)]);
  if (WILDCARD_ADDRESSES.has(host)) for (const name of namesOfThisMachine()) known.add(name);
  return (header) => {
    const [, name] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
    return name !== undefined && known.has(name.toLowerCase());
  };
}

function namesOfThisMachine(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return [hostname().toLowerCase(), ...addresses.map(({ address }) => bracketed(address))];
}

/** A host as it is written in a URL or a Host header: lower case, IPv6 in brackets. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]`.toLowerCase() : address.toLowerCase();
}
