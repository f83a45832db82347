import type { ImageSource, SourceItem } from '../../ports/image-source.ts';
import { readBounded } from './picture-file.ts';
import { type Found, walk, whyUnreadable } from './walk.ts';

/** What is handed over together: so many pictures, or so many bytes, whichever comes first. */
const MAX_PICTURES = 64;
const MAX_BYTES = 16 * 1024 * 1024;
/** How many files are read at the same time. */
const READ_AT_ONCE = 4;

/** Pictures from files and folders, in the order of the paths given. Files that cannot be read are told of, and the rest goes on. */
export function createFileSource(options: { paths: readonly string[]; maxBytes: number }): ImageSource {
  const { paths, maxBytes } = options;
  return {
    expected: undefined,
    async *pictures(_position, signal) {
      let items: SourceItem[] = [];
      let bytes = 0;
      for await (const found of inGroups(findAll(paths))) {
        const read = await Promise.all(found.map((each) => itemOf(each, maxBytes)));
        items.push(...read);
        bytes += read.reduce((sum, item) => sum + (item.kind === 'picture' ? item.bytes.length : 0), 0);
        if (items.length >= MAX_PICTURES || bytes >= MAX_BYTES) {
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

async function* findAll(paths: readonly string[]): AsyncGenerator<Found> {
  for (const start of paths) yield* walk(start);
}

async function* inGroups(all: AsyncIterable<Found>): AsyncGenerator<Found[]> {
  let group: Found[] = [];
  for await (const found of all) {
    group.push(found);
    if (group.length < READ_AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function itemOf({ file, error }: Found, maxBytes: number): Promise<SourceItem> {
  if (error !== undefined) return { kind: 'rejected', origin: file, error };
  try {
    return { kind: 'picture', origin: file, bytes: await readBounded(file, maxBytes), onlyIfNew: true };
  } catch (thrown) {
    return { kind: 'rejected', origin: file, error: whyUnreadable(thrown) };
  }
}
