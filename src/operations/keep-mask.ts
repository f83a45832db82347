import { sha256Of } from '../base/digest.ts';
import { maskKey } from '../domain/object-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Keeps a mask in the store; the answer is its digest, which the images that are received with it keep. */
export async function keepMask(store: ObjectStore, bytes: Uint8Array): Promise<string> {
  const sha256 = sha256Of(bytes);
  await store.put([{ key: maskKey(sha256), bytes }]);
  return sha256;
}
