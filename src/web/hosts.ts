import { hostname, networkInterfaces } from 'node:os';

/** By which names this machine is its own. */
const OWN = ['localhost', '127.0.0.1', '[::1]'];
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Whether a request's Host header names this server. A page elsewhere whose name is made to lead here (DNS rebinding)
 * still calls it by its own name. The port does not matter: it may be forwarded.
 */
export function createHostCheck(host: string, names: readonly string[]): (header: string | undefined) => boolean {
  const known = new Set([...OWN, ...names, bracketed(host)]);
  if (EVERY_ADDRESS.has(host)) for (const name of namesOfThisMachine()) known.add(name);
  return (header) => {
    const [, name] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
    return name !== undefined && known.has(name.toLowerCase());
  };
}

function namesOfThisMachine(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return [hostname().toLowerCase(), ...addresses.map(({ address }) => bracketed(address))];
}

/** An address as a Host header and a URL have it. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]`.toLowerCase() : address.toLowerCase();
}
