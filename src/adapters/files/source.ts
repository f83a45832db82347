import { hostname } from 'node:os';
import path from 'node:path';
import type { FilesNotTaken } from '../../domain/reports.ts';
import type { ImageSource, SourceItem } from '../../ports/image-source.ts';
import { hasLeft } from './moved-file.ts';
import { createNotTakenCounter } from './not-taken.ts';
import { readBounded } from './picture-file.ts';
import { type Found, walk, whyNotReadable, whyUnreadable } from './walk.ts';

type RejectedItem = Extract<SourceItem, { readonly kind: 'rejected' }>;

/** A batch ends at this many pictures or bytes, whichever comes first. */
const MAX_BATCH_PICTURES = 64;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MAX_CONCURRENT_READS = 4;

export interface FileSourceOptions {
  readonly paths: readonly string[];
  readonly maxBytes: number;
  /** Is told, once a folder has been searched, how many of its files were not taken. */
  readonly onNotTaken?: ((files: FilesNotTaken) => void) | undefined;
}

/** Pictures from files and folders, in the order of the paths. A file that cannot be read yields a rejected item. */
export function createFileSource({ paths, maxBytes, onNotTaken }: FileSourceOptions): ImageSource {
  return {
    expected: undefined,
    files: { host: hostname(), hasLeft },
    async *pictures(_position, signal) {
      let items: SourceItem[] = [];
      let bytes = 0;
      for await (const found of inGroups(findAll(paths, onNotTaken))) {
        const read = await Promise.all(found.map((each) => itemOf(each, maxBytes)));
        items.push(...read);
        bytes += read.reduce((sum, item) => sum + (item.kind === 'picture' ? item.bytes.length : 0), 0);
        if (items.length >= MAX_BATCH_PICTURES || bytes >= MAX_BATCH_BYTES) {
          yield items;
          items = [];
          bytes = 0;
        }
        if (signal.aborted) return;
      }
      if (items.length > 0) yield items;
    },
  };
}

/** The rejected items of paths of which none can be read; no items if there is one that can, or if there are no paths. */
export async function rejectedPaths(paths: readonly string[]): Promise<readonly RejectedItem[]> {
  const rejected: RejectedItem[] = [];
  for (const start of paths) {
    const error = await whyNotReadable(start);
    if (error === undefined) return [];
    rejected.push({ kind: 'rejected', origin: path.resolve(start), error });
  }
  return rejected;
}

async function* findAll(paths: readonly string[], onNotTaken: FileSourceOptions['onNotTaken']): AsyncGenerator<Found> {
  for (const start of paths) {
    const counter = createNotTakenCounter();
    yield* walk(start, counter.add);
    const notTaken = counter.report(start);
    if (notTaken !== undefined) onNotTaken?.(notTaken);
  }
}

async function* inGroups(all: AsyncIterable<Found>): AsyncGenerator<Found[]> {
  let group: Found[] = [];
  for await (const found of all) {
    group.push(found);
    if (group.length < MAX_CONCURRENT_READS) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function itemOf({ file, error }: Found, maxBytes: number): Promise<SourceItem> {
  if (error !== undefined) return { kind: 'rejected', origin: file, error };
  try {
    return { kind: 'picture', origin: file, ...(await readBounded(file, maxBytes)), onlyIfNew: true };
  } catch (thrown) {
    return { kind: 'rejected', origin: file, error: whyUnreadable(thrown) };
  }
}
