import { atOnce } from '../../base/at-once.ts';
import { sha256Of } from '../../base/digest.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { CatalogPages } from '../../ports/catalog/audit.ts';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import type { NewObject, ObjectStore } from '../../ports/object-store.ts';
import { type ExpectedObject, expectedObjects } from '../expected-objects.ts';
import type { FaultList } from '../fault-list.ts';
import { CHANGED, digestOf, IRREGULAR, MISSING } from '../verify-files.ts';

/** How many objects are read and put together, unless they are larger than this together, and how many such groups at once. */
const MAX_GROUP = 16;
const MAX_GROUP_BYTES = 32e6;
const GROUPS_AT_ONCE = 4;
/** What is assumed where no row has the size: of difference images, which are JPEGs, and masks. */
const ASSUMED_BYTES = 4e6;

export interface CopyObjectsParts {
  readonly pages: CatalogPages;
  readonly catalog: Pick<Catalog, 'images' | 'events'>;
  readonly from: ObjectStore;
  /** May be the same store: then objects are only verified. */
  readonly to: ObjectStore;
  /** Gets what is missing in `from`, or is not what the rows say. */
  readonly faults: FaultList;
  /** Called after each page of rows; ends the copy if it throws. */
  readonly onPage: (copied: CopiedObjects) => Promise<void>;
}

/** How many objects were put, and how many were there already. */
export interface CopiedObjects {
  readonly copied: number;
  readonly present: number;
}

/** Puts the objects of all rows into another store, each with the bytes that its row's SHA-256 stands for. */
export async function copyObjects(parts: CopyObjectsParts): Promise<CopiedObjects> {
  let [copied, present] = [0, 0];
  for await (const page of expectedObjects(parts, { pending: true })) {
    for (const group of await atOnce(GROUPS_AT_ONCE, groupsOf(page), (each) => copyGroup(each, parts))) {
      copied += group.put;
      present += group.present;
    }
    await parts.onPage({ copied, present });
  }
  return { copied, present };
}

function groupsOf(objects: readonly ExpectedObject[]): ExpectedObject[][] {
  const groups: ExpectedObject[][] = [];
  let bytes = 0;
  for (const object of objects) {
    const size = object.size ?? object.text?.length ?? ASSUMED_BYTES;
    const last = groups.at(-1);
    if (last !== undefined && last.length < MAX_GROUP && bytes + size <= MAX_GROUP_BYTES) {
      last.push(object);
      bytes += size;
    } else {
      groups.push([object]);
      bytes = size;
    }
  }
  return groups;
}

async function copyGroup(
  group: readonly ExpectedObject[],
  { from, to, faults }: CopyObjectsParts,
): Promise<{ readonly put: number; readonly present: number }> {
  const isSame = from.address === to.address;
  let present = 0;
  const found = await Promise.all(
    group.map(async (expected): Promise<NewObject | undefined> => {
      const there = await digestOf(to, expected.key);
      if (isRight(there, expected, isSame)) {
        present += 1;
        return undefined;
      }
      const bytes = await bytesOf(expected, isSame ? to : from);
      const { key, sha256 } = expected;
      if (typeof bytes !== 'string') return { key, bytes, ...(sha256 !== undefined && { sha256 }) };
      if (expected.isPending !== true) faults.add({ key: expected.key, what: bytes });
      return undefined;
    }),
  );
  const objects = found.filter((object) => object !== undefined);
  const results = objects.length === 0 ? [] : await to.put(objects);
  for (const [index, object] of objects.entries()) {
    if (results[index] === 'exists') await replace(to, object);
  }
  return { put: objects.length, present };
}

/** Whether the target has the object. Without a digest in the rows, only the same store is known to have the same. */
function isRight(there: Awaited<ReturnType<typeof digestOf>>, { sha256 }: ExpectedObject, isSame: boolean): boolean {
  if (there === undefined || there === 'damaged') return false;
  return sha256 === undefined ? isSame : there.sha256 === sha256;
}

/** The bytes of an object, or what is wrong with it. */
async function bytesOf({ key, sha256, text }: ExpectedObject, from: ObjectStore): Promise<Uint8Array | string> {
  if (text !== undefined) return Buffer.from(text);
  try {
    const bytes = await from.get(key);
    if (bytes === undefined) return MISSING;
    return sha256 !== undefined && sha256Of(bytes) !== sha256 ? CHANGED : bytes;
  } catch (error) {
    if (error instanceof ImgpipeError && error.code === 'object_damaged') return IRREGULAR;
    throw error;
  }
}

/** Replaces an object that has other bytes: from an earlier copy, or from before the pipeline moved away. */
async function replace(store: ObjectStore, object: NewObject): Promise<void> {
  await store.remove([object.key]);
  const [result] = await store.put([object]);
  if (result === 'added') return;
  throw new ImgpipeError(
    'object_conflict',
    `${store.locate(object.key)} has other content, and another process writes it: end that process, and run the command again`,
  );
}
