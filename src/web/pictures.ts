import { ImgpipeError } from '../domain/errors.ts';
import { differenceKey, imageKey } from '../domain/object-keys.ts';
import type { PictureFormat } from '../domain/records.ts';
import { isDeepPicture } from '../domain/sample-depth.ts';
import type { AlertView } from '../operations/view.ts';
import type { PictureSource } from '../ports/comparator.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Thumbnails } from '../ports/thumbnails.ts';
import { ROLES, type Role, versionOf } from './urls.ts';

/** A picture of an alert in the store. Its key is computed from the alert's rows, never from a request. */
export interface StoredPicture extends Pick<PictureSource, 'sha256' | 'format'> {
  readonly key: string;
}

/** Of pictures alone: nothing that a browser would run. */
const TYPES: Record<PictureFormat, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  bmp: 'image/bmp',
  tiff: 'image/tiff',
};
/** The formats that browsers do not show. */
const CONVERTED: ReadonlySet<PictureFormat> = new Set(['tiff']);
/** What pictures are sent as. */
export const PICTURE_TYPES = Object.entries(TYPES).flatMap(([format, type]) =>
  CONVERTED.has(format as PictureFormat) ? [] : [type],
);
/** For URLs with the digest, whose picture never changes. */
const IMMUTABLE = 'private, max-age=31536000, immutable';
const REVALIDATE = 'private, no-cache';

/** Whether a text names a picture. */
export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** One of the pictures of an alert. */
export function pictureOf({ event, image, reference }: AlertView, role: Role): StoredPicture {
  if (role !== 'difference') {
    const row = role === 'image' ? image : reference;
    return { key: imageKey(row), sha256: row.sha256, format: row.format };
  }
  return { key: differenceKey(event), sha256: event.differenceSha256 ?? '', format: 'jpg' };
}

/** The pictures of an alert that are missing from the store. */
export async function missingPictures(view: AlertView, store: Pick<ObjectStore, 'size'>): Promise<Set<Role>> {
  const sizes = await Promise.all(ROLES.map((role) => store.size(pictureOf(view, role).key)));
  return new Set(ROLES.filter((_, index) => sizes[index] === undefined));
}

/** The pictures of an alert that have 16 bits, as their files begin. */
export async function deepPictures(view: AlertView, store: Pick<ObjectStore, 'open'>): Promise<Set<Role>> {
  const deep = new Set<Role>();
  for (const role of ROLES) {
    const picture = pictureOf(view, role);
    if (picture.format !== 'png') continue;
    const reader = (await store.open(picture.key))?.bytes.getReader();
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    if (value !== undefined && isDeepPicture(value)) deep.add(role);
  }
  return deep;
}

/** The store, as far as pictures are read from it. */
export type PictureStore = Pick<ObjectStore, 'locate' | 'size' | 'get' | 'open'>;

/** The parts of a request that affect how a picture is sent. */
export interface PictureRequest {
  readonly head: boolean;
  readonly ifNoneMatch: string | undefined;
  /** The version in the URL. */
  readonly version: string | undefined;
}

/** Responds with a picture as stored, as a stream, or as PNG if browsers do not show its format. Throws `object_missing`. */
export async function pictureResponse(
  picture: StoredPicture,
  store: PictureStore,
  thumbnails: Thumbnails,
  request: PictureRequest,
): Promise<Response> {
  if (CONVERTED.has(picture.format)) return convertedResponse({ picture }, store, thumbnails, request);
  const headers = headersOf(picture, picture.sha256, TYPES[picture.format], request);
  if (isUnchanged(headers, request)) return new Response(null, { status: 304, headers });
  if (request.head) {
    const size = await store.size(picture.key);
    if (size === undefined) throw missing(picture, store);
    headers.set('Content-Length', String(size));
    return new Response(null, { headers });
  }
  const object = await store.open(picture.key);
  if (object === undefined) throw missing(picture, store);
  headers.set('Content-Length', String(object.size));
  return new Response(object.bytes, { headers });
}

/** Responds with a picture as PNG of 8 bits (see `Thumbnails`). Throws `object_missing`, `undecodable` and `too_large`. */
export async function convertedResponse(
  { picture, beside }: { readonly picture: StoredPicture; readonly beside?: StoredPicture },
  store: PictureStore,
  thumbnails: Thumbnails,
  request: PictureRequest,
): Promise<Response> {
  const headers = headersOf(picture, `${picture.sha256}-png`, TYPES.png, request);
  if (isUnchanged(headers, request)) return new Response(null, { status: 304, headers });
  if (request.head) return new Response(null, { headers });
  const sourceOf = (stored: StoredPicture) => ({ ...stored, read: () => bytesOf(stored, store) });
  const bytes = new Uint8Array(await thumbnails.png(sourceOf(picture), beside && sourceOf(beside)));
  headers.set('Content-Length', String(bytes.length));
  return new Response(bytes, { headers });
}

/** Responds with a thumbnail. Throws `object_missing`, `undecodable` and `too_large`. */
export async function thumbnailResponse(
  picture: StoredPicture,
  store: PictureStore,
  thumbnails: Thumbnails,
  request: PictureRequest,
): Promise<Response> {
  const headers = headersOf(picture, `${picture.sha256}-small`, TYPES.jpg, request);
  if (isUnchanged(headers, request)) return new Response(null, { status: 304, headers });
  const bytes = new Uint8Array(await thumbnails.of({ ...picture, read: () => bytesOf(picture, store) }));
  headers.set('Content-Length', String(bytes.length));
  return new Response(request.head ? null : bytes, { headers });
}

async function bytesOf(picture: StoredPicture, store: PictureStore): Promise<Uint8Array> {
  const bytes = await store.get(picture.key);
  if (bytes === undefined) throw missing(picture, store);
  return bytes;
}

function headersOf({ sha256 }: StoredPicture, tag: string, type: string, { version }: PictureRequest): Headers {
  const cacheControl = version === versionOf(sha256) ? IMMUTABLE : REVALIDATE;
  return new Headers({ 'Content-Type': type, ETag: `"${tag}"`, 'Cache-Control': cacheControl });
}

function isUnchanged(headers: Headers, { ifNoneMatch = '' }: PictureRequest): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(headers.get('ETag') ?? '');
}

function missing({ key }: StoredPicture, store: Pick<ObjectStore, 'locate'>): ImgpipeError {
  return new ImgpipeError('object_missing', `${store.locate(key)} is missing: run 'imgpipe status --check'`);
}
