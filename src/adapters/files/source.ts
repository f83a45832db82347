import { constants, open } from 'node:fs/promises';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ImageSource, SourceItem } from '../../ports/image-source.ts';
import { type Found, unreadable, walk, whyUnreadable } from './walk.ts';

/** What is handed over together: so many pictures, or so many bytes, whichever comes first. */
const MOST_PICTURES = 32;
const MOST_BYTES = 16 * 1024 * 1024;

/** Pictures from files and folders, in the order of the paths given. Files that cannot be read are told of, and the rest goes on. */
export function createFileSource(options: { paths: readonly string[]; maxBytes: number }): ImageSource {
  const { paths, maxBytes } = options;
  return {
    expected: undefined,
    async *pictures(_position, signal) {
      let items: SourceItem[] = [];
      let bytes = 0;
      for (const start of paths) {
        for await (const found of walk(start)) {
          const item = await itemOf(found, maxBytes);
          items.push(item);
          bytes += item.kind === 'picture' ? item.bytes.length : 0;
          if (items.length >= MOST_PICTURES || bytes >= MOST_BYTES) {
            yield items;
            items = [];
            bytes = 0;
          }
          if (signal.aborted) return;
        }
      }
      if (items.length > 0) yield items;
    },
  };
}

async function itemOf({ file, error }: Found, maxBytes: number): Promise<SourceItem> {
  if (error !== undefined) return { kind: 'rejected', origin: file, error };
  try {
    return { kind: 'picture', origin: file, bytes: await readBounded(file, maxBytes), onlyIfNew: true };
  } catch (thrown) {
    return { kind: 'rejected', origin: file, error: whyUnreadable(thrown) };
  }
}

/** The bytes of a regular file. It waits for no writer of a pipe, and reads no more than the limit. */
async function readBounded(file: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw unreadable('it is no regular file');
    if (stats.size > maxBytes) throw tooBig(stats.size, maxBytes);
    const bytes = await handle.readFile();
    if (bytes.length > maxBytes) throw tooBig(bytes.length, maxBytes);
    return bytes;
  } finally {
    await handle.close();
  }
}

function tooBig(size: number, maxBytes: number): ImgpipeError {
  const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return new ImgpipeError(
    'file_too_big',
    `it has ${megabytes(size)} MB, over the limit of ${megabytes(maxBytes)} (max_file_megabytes)`,
  );
}
