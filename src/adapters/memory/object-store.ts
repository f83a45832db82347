import { randomUUID } from 'node:crypto';
import { sha256Of } from '../../base/digest.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { ObjectStore, PutResult } from '../../ports/object-store.ts';

/** State that several stores can share, as if each were in a separate process. */
export interface MemoryStoreState {
  readonly address: string;
  readonly objects: Map<string, Uint8Array>;
}

export interface MemoryObjectStore extends ObjectStore {
  readonly faults: {
    /** Removes an object, as a deleted file does. */
    lose(key: string): void;
    /** Replaces the bytes of an object. */
    corrupt(key: string, bytes: Uint8Array): void;
  };
}

/** How much of an object one read returns. */
const PIECE_BYTES = 64 * 1024;

export function newMemoryStoreState(): MemoryStoreState {
  return { address: `memory://${randomUUID()}`, objects: new Map() };
}

/** An object store in memory, for tests. Nothing survives the process. */
export function createMemoryObjectStore(state = newMemoryStoreState()): MemoryObjectStore {
  const { address, objects } = state;
  const locate = (key: string) => `${address}/${key}`;

  function putOne(key: string, bytes: Uint8Array): PutResult {
    if (objects.has(key)) return 'exists';
    objects.set(key, new Uint8Array(bytes));
    return 'added';
  }

  return {
    address,
    writesLate: false,
    locate,

    put: async (added) => added.map(({ key, bytes }) => putOne(key, bytes)),
    get: async (key) => copyOf(objects.get(key)),
    digest: async (key) => {
      const bytes = objects.get(key);
      return bytes && { sha256: sha256Of(bytes), size: bytes.length };
    },
    size: async (key) => objects.get(key)?.length,
    open: async (key) => {
      const bytes = objects.get(key);
      return bytes && { size: bytes.length, bytes: piecesOf(() => objects.get(key), bytes.length, locate(key)) };
    },
    list: async (folder) => [...objects.keys()].filter((key) => key.startsWith(`${folder}/`)),
    exists: async (folder) => [...objects.keys()].some((key) => key.startsWith(`${folder}/`)),
    remove: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
    collectGarbage: async () => {},

    faults: {
      lose: (key) => void objects.delete(key),
      corrupt: (key, bytes) => void objects.set(key, new Uint8Array(bytes)),
    },
  };
}

/** What a caller does to its bytes must not reach the object. */
function copyOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array(bytes);
}

function piecesOf(read: () => Uint8Array | undefined, size: number, address: string): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream(
    {
      pull(controller) {
        const bytes = read();
        if (bytes === undefined) throw new ImgpipeError('object_missing', `${address} was removed while it was read`);
        if (bytes.length !== size) throw new ImgpipeError('object_damaged', `${address} changed while it was read`);
        const piece = bytes.slice(offset, offset + PIECE_BYTES);
        offset += piece.length;
        if (piece.length > 0) controller.enqueue(piece);
        if (offset === size) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
