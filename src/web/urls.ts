/** The viewer's URLs. */

/** A picture of an alert: the previous image, the image that changed, or their difference. */
export type Role = 'reference' | 'image' | 'difference';

export const ROLES: readonly Role[] = ['reference', 'image', 'difference'];

/** Enough of a digest to distinguish pictures that had the same number before and after a `clean`. */
const VERSION_LENGTH = 16;

/** The version in a picture's URL, which makes it cacheable without limit. */
export function versionOf(sha256: string): string {
  return sha256.slice(0, VERSION_LENGTH);
}

/** The page of an alert. */
export function alertUrl(alert: number): string {
  return `/alerts/${alert}`;
}

/** A picture as stored. */
export function pictureUrl(alert: number, role: Role, sha256: string): string {
  return `${alertUrl(alert)}/${role}?v=${versionOf(sha256)}`;
}

/** The thumbnail of a picture. */
export function thumbnailUrl(alert: number, role: Role, sha256: string): string {
  return `${alertUrl(alert)}/${role}/thumbnail?v=${versionOf(sha256)}`;
}

/** A picture as the file that was received, whatever its format. */
export function originalUrl(alert: number, role: Role, sha256: string): string {
  return `${alertUrl(alert)}/${role}/original?v=${versionOf(sha256)}`;
}

/** A picture as imgpipe decodes it, in 8 bits. */
export function shownUrl(alert: number, role: Role, sha256: string): string {
  return `${alertUrl(alert)}/${role}/shown?v=${versionOf(sha256)}`;
}

/** The list of alerts, filtered as in `query`. */
export function listUrl(query: Readonly<Record<string, string | undefined>> = {}): string {
  return withQuery('/', query);
}

/** A stream's timeline. */
export function streamUrl(stream: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  return withQuery(`/streams/${encodeURIComponent(stream)}`, query);
}

/** A script, style sheet or icon. */
export function assetUrl(file: string): string {
  return `/assets/${file}`;
}

/** New alerts as server-sent events. */
export const LIVE_URL = '/live';

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => (pair[1] ?? '') !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
