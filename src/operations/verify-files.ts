import { atOnce } from '../base/at-once.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { DigestOptions, ObjectDigest, ObjectStore } from '../ports/object-store.ts';
import { type ExpectedObject, type ExpectedParts, expectedObjects } from './expected-objects.ts';
import type { FaultList } from './fault-list.ts';

/** How many objects are compared at a time; each is read as a stream, so that memory does not grow with their size. */
const AT_ONCE = 16;

export interface VerifyParts extends ExpectedParts {
  readonly store: Pick<ObjectStore, 'digest'>;
  readonly faults: FaultList;
  /** Reads every object, even if the store knows its digest. */
  readonly deep: boolean;
  /** Called with the number of objects read so far. */
  readonly onChecked?: (objects: number) => void;
}

/** Compares the objects of every ready row with it, and adds those that are missing or damaged to the faults. */
export async function verifyFiles(parts: VerifyParts): Promise<void> {
  const { faults, onChecked } = parts;
  let checked = 0;
  for await (const expected of expectedObjects(parts)) {
    const problems = await atOnce(AT_ONCE, expected, (each) => problemOf(parts, each));
    for (const [index, { key }] of expected.entries()) {
      const what = problems[index];
      if (what !== undefined) faults.add({ key, what });
    }
    checked += expected.length;
    onChecked?.(checked);
  }
}

async function problemOf(
  { store, deep }: Pick<VerifyParts, 'store' | 'deep'>,
  { key, sha256 }: Pick<ExpectedObject, 'key' | 'sha256'>,
): Promise<string | undefined> {
  const found = await digestOf(store, key, { deep });
  if (found === 'damaged') return IRREGULAR;
  if (found === undefined) return MISSING;
  return sha256 !== undefined && found.sha256 !== sha256 ? CHANGED : undefined;
}

/** What is wrong with an object. */
export const IRREGULAR = 'the file is not a regular file, or changes while it is read';
export const MISSING = 'the file is missing';
export const CHANGED = 'the file is not what was written';

/** The digest of an object; undefined if there is none. */
export async function digestOf(
  store: Pick<ObjectStore, 'digest'>,
  key: string,
  options?: DigestOptions,
): Promise<ObjectDigest | 'damaged' | undefined> {
  try {
    return await store.digest(key, options);
  } catch (error) {
    if (error instanceof ImgpipeError && error.code === 'object_damaged') return 'damaged';
    throw error;
  }
}
