import { sha256Of } from '../base/digest.ts';
import { maskKey } from '../domain/object-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Stores a mask under its digest, which the images that are received with it refer to. Resolves with the digest. */
export async function storeMask(store: Pick<ObjectStore, 'put'>, bytes: Uint8Array): Promise<string> {
  const sha256 = sha256Of(bytes);
  await store.put([{ key: maskKey(sha256), bytes }]);
  return sha256;
}
