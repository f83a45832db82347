import { ImgpipeError } from '../domain/errors.ts';
import { differenceKey, imageKey } from '../domain/object-keys.ts';
import type { PictureFormat } from '../domain/records.ts';
import type { AlertView } from '../operations/view.ts';
import type { PictureSource } from '../ports/comparator.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Thumbnails } from '../ports/thumbnails.ts';
import { ROLES, type Role, versionOf } from './urls.ts';

/** One of an alert's pictures as the store has it: its key is computed from the alert's rows, never from a request. */
export interface StoredPicture extends Pick<PictureSource, 'sha256' | 'format'> {
  readonly key: string;
}

const TYPES: Record<PictureFormat, string> = { jpg: 'image/jpeg', png: 'image/png' };
/** A year: an alert's pictures never change, and their address has their digest. */
const FOR_GOOD = 'private, max-age=31536000, immutable';
const ASK_AGAIN = 'private, no-cache';

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

export function pictureOf({ event, image, reference }: AlertView, role: Role): StoredPicture {
  if (role !== 'difference') {
    const row = role === 'image' ? image : reference;
    return { key: imageKey(row), sha256: row.sha256, format: row.format };
  }
  return { key: differenceKey(event.number), sha256: event.differenceSha256 ?? '', format: 'jpg' };
}

/** Those of an alert's pictures that are not in the store. */
export async function missingPictures(view: AlertView, store: Pick<ObjectStore, 'size'>): Promise<Set<Role>> {
  const sizes = await Promise.all(ROLES.map((role) => store.size(pictureOf(view, role).key)));
  return new Set(ROLES.filter((_, index) => sizes[index] === undefined));
}

/** What a request says of the copy that it has, and of the one that it wants. */
export interface Wanted {
  readonly head: boolean;
  readonly ifNoneMatch: string | undefined;
  /** The version in its address. */
  readonly version: string | undefined;
}

/** A picture, as it lies in the store, as an answer. Throws `object_missing`. */
export async function pictureResponse(picture: StoredPicture, store: ObjectStore, wanted: Wanted): Promise<Response> {
  const headers = headersOf(picture, picture.sha256, TYPES[picture.format], wanted);
  if (isKnown(headers, wanted)) return new Response(null, { status: 304, headers });
  if (wanted.head) {
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

/** A small copy of a picture as an answer. Throws `object_missing`, or why it cannot be shown. */
export async function thumbnailResponse(
  picture: StoredPicture,
  store: ObjectStore,
  thumbnails: Thumbnails,
  wanted: Wanted,
): Promise<Response> {
  const headers = headersOf(picture, `${picture.sha256}-small`, TYPES.jpg, wanted);
  if (isKnown(headers, wanted)) return new Response(null, { status: 304, headers });
  const read = async () => {
    const bytes = await store.get(picture.key);
    if (bytes === undefined) throw missing(picture, store);
    return bytes;
  };
  const bytes = new Uint8Array(await thumbnails.of({ ...picture, read }));
  headers.set('Content-Length', String(bytes.length));
  return new Response(wanted.head ? null : bytes, { headers });
}

function headersOf({ sha256 }: StoredPicture, tag: string, type: string, { version }: Wanted): Headers {
  const cacheControl = version === versionOf(sha256) ? FOR_GOOD : ASK_AGAIN;
  return new Headers({ 'Content-Type': type, ETag: `"${tag}"`, 'Cache-Control': cacheControl });
}

function isKnown(headers: Headers, { ifNoneMatch = '' }: Wanted): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(headers.get('ETag') ?? '');
}

function missing({ key }: StoredPicture, store: Pick<ObjectStore, 'locate'>): ImgpipeError {
  return new ImgpipeError('object_missing', `${store.locate(key)} is not there: 'imgpipe status --check' tells more`);
}
