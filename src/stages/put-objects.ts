import { ImgpipeError } from '../domain/errors.ts';
import type { NewObject, ObjectStore } from '../ports/object-store.ts';

/** An object to put, with the digest of its bytes. */
export interface DigestedObject extends NewObject {
  readonly sha256: string;
}

/**
 * Puts objects. Resolves for each with whether its bytes are under its key now: false where other bytes were there
 * before, which stay.
 */
export async function putObjects(
  store: Pick<ObjectStore, 'put' | 'digest'>,
  objects: readonly DigestedObject[],
): Promise<boolean[]> {
  if (objects.length === 0) return [];
  const results = await store.put(objects);
  return Promise.all(objects.map(async (object, index) => results[index] === 'added' || hasDigest(store, object)));
}

/** Whether these bytes are under a key. */
export async function hasDigest(
  store: Pick<ObjectStore, 'digest'>,
  { key, sha256 }: Pick<DigestedObject, 'key' | 'sha256'>,
): Promise<boolean> {
  try {
    return (await store.digest(key))?.sha256 === sha256;
  } catch (error) {
    // Something that cannot be read as an object, such as a folder, is under the key.
    if (error instanceof ImgpipeError && error.code === 'object_damaged') return false;
    throw error;
  }
}
