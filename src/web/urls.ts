/** The addresses of the viewer. */

/** Which of an alert's pictures: the one before, the one that changed, or what differs. */
export type Role = 'reference' | 'image' | 'difference';

export const ROLES: readonly Role[] = ['reference', 'image', 'difference'];

/** Enough of a digest to tell pictures apart that had the same number, before a `clean` and after. */
const VERSION_LENGTH = 16;

/** What stands behind a picture's address, so that it may be kept for good. */
export function versionOf(sha256: string): string {
  return sha256.slice(0, VERSION_LENGTH);
}

export function alertUrl(alert: number): string {
  return `/alerts/${alert}`;
}

export function pictureUrl(alert: number, role: Role, sha256: string): string {
  return `${alertUrl(alert)}/${role}?v=${versionOf(sha256)}`;
}

export function thumbnailUrl(alert: number, role: Role, sha256: string): string {
  return `${alertUrl(alert)}/${role}/thumbnail?v=${versionOf(sha256)}`;
}

/** The list of alerts, with what is looked for as `query` has it. */
export function listUrl(query: Readonly<Record<string, string | undefined>> = {}): string {
  return withQuery('/', query);
}

/** A stream's timeline. */
export function streamUrl(stream: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  return withQuery(`/streams/${encodeURIComponent(stream)}`, query);
}

/** A file of the page's own: a style, a module. */
export function assetUrl(file: string): string {
  return `/assets/${file}`;
}

/** Tells of each new alert, as server-sent events. */
export const LIVE_URL = '/live';

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => (pair[1] ?? '') !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
