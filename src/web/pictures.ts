import { ImgpipeError } from '../domain/errors.ts';
import { differenceKey, imageKey } from '../domain/object-keys.ts';
import { notesOf, type PictureFormat } from '../domain/records.ts';
import { isDeepPicture } from '../domain/sample-depth.ts';
import type { AlertView } from '../operations/view.ts';
import type { PictureSource } from '../ports/comparator.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { ShownPicture, Thumbnails } from '../ports/thumbnails.ts';
import { ROLES, type Role, versionOf } from './urls.ts';

/** A picture of an alert in the store. Its key is computed from the alert's rows, never from a request. */
export interface StoredPicture extends Pick<PictureSource, 'sha256' | 'format'> {
  readonly key: string;
  /** Whether its file is odd: a browser may show it differently, or not at all. */
  readonly isOdd: boolean;
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

/** Whether a picture of this format is sent as PNG, because browsers do not show it. */
export function isConverted(format: PictureFormat): boolean {
  return CONVERTED.has(format);
}

/** What pictures are sent as. */
export const PICTURE_TYPES = Object.entries(TYPES).flatMap(([format, type]) =>
  isConverted(format as PictureFormat) ? [] : [type],
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
    return { key: imageKey(row), sha256: row.sha256, format: row.format, isOdd: notesOf(row).length > 0 };
  }
  return { key: differenceKey(event), sha256: event.differenceSha256 ?? '', format: 'jpg', isOdd: false };
}

/** The pictures of an alert that are missing from the store. */
export async function missingPictures(view: AlertView, store: Pick<ObjectStore, 'size'>): Promise<Set<Role>> {
  const sizes = await Promise.all(ROLES.map((role) => store.size(pictureOf(view, role).key)));
  return new Set(ROLES.filter((_, index) => sizes[index] === undefined));
}

/** How the pictures of an alert are drawn on its page. */
export interface Drawing {
  /** Those that are drawn as imgpipe decodes them: see `canBeDrawn`. A PNG of 8 bits that is not odd is none of them. */
  readonly drawn: ReadonlySet<Role>;
  /** Those of 16 bits, which are drawn in 8. */
  readonly deep: ReadonlySet<Role>;
}

export async function drawingOf(view: AlertView, store: Pick<ObjectStore, 'open' | 'get'>): Promise<Drawing> {
  const [drawn, deep] = [new Set<Role>(), new Set<Role>()];
  for (const role of ROLES) {
    const picture = pictureOf(view, role);
    if (!canBeDrawn(picture)) continue;
    const isDeep = await isDeepIn(store, picture);
    if (isDeep) deep.add(role);
    if (isDeep || picture.isOdd || isConverted(picture.format)) drawn.add(role);
  }
  return { drawn, deep };
}

/**
 * Whether a picture is sent as a PNG of what imgpipe decodes where that is asked for: browsers do not show its format or
 * depth, or may not show all of an odd file, such as the last rows of a JPEG without an end marker.
 */
export function canBeDrawn({ format, isOdd }: StoredPicture): boolean {
  return isOdd || format === 'png' || isConverted(format);
}

/** A PNG states its depth in its first bytes, a TIFF anywhere. */
async function isDeepIn(store: Pick<ObjectStore, 'open' | 'get'>, { key, format }: StoredPicture): Promise<boolean> {
  if (format === 'tiff') return isDeepPicture((await store.get(key)) ?? new Uint8Array());
  if (format !== 'png') return false;
  const reader = (await store.open(key))?.bytes.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return value !== undefined && isDeepPicture(value);
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

/** Responds with a picture as stored, or as PNG if browsers do not show its format. Throws `object_missing`. */
export async function pictureResponse(
  picture: StoredPicture,
  store: PictureStore,
  thumbnails: Thumbnails,
  request: PictureRequest,
): Promise<Response> {
  if (isConverted(picture.format)) return convertedResponse({ picture }, store, thumbnails, request);
  return originalResponse(picture, store, request);
}

/** Responds with a picture as stored, as a stream. Throws `object_missing`. */
export async function originalResponse(
  picture: StoredPicture,
  store: Pick<PictureStore, 'locate' | 'size' | 'open'>,
  request: PictureRequest,
): Promise<Response> {
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
  // Only a picture of 16 bits is stretched as the other is.
  const other = mayBeDeep(picture) && beside !== undefined && mayBeDeep(beside) ? shownFrom(store, beside) : undefined;
  const bytes = new Uint8Array(await thumbnails.png(shownFrom(store, picture), other));
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
  const bytes = new Uint8Array(await thumbnails.of(shownFrom(store, picture)));
  headers.set('Content-Length', String(bytes.length));
  return new Response(request.head ? null : bytes, { headers });
}

function mayBeDeep({ format }: StoredPicture): boolean {
  return format === 'png' || format === 'tiff';
}

/** An odd picture was compared as far as it is whole, and is shown so. */
function shownFrom(store: PictureStore, picture: StoredPicture): ShownPicture {
  return { ...picture, acceptsDamage: picture.isOdd, read: () => bytesOf(picture, store) };
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
