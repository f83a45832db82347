import { randomUUID } from 'node:crypto';
import { sha256Of } from '../base/digest.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { imageKey } from '../domain/object-keys.ts';
import { sniffFormat } from '../domain/picture-format.ts';
import type { NewImage } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { ImageSource, SourceItem, StreamPosition } from '../ports/image-source.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type LockOwner, lockStream } from './locks.ts';
import type { Outbox } from './outbox.ts';
import { readAhead } from './read-ahead.ts';
import { type RetryContext, withRetry } from './retry.ts';

export interface ReceiveParts extends LockOwner, Observer {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly outbox: Outbox;
  readonly source: ImageSource;
  readonly stream: string;
  /** The digest of the mask that the pictures are compared through; null where all of them is looked at. */
  readonly mask: string | null;
}

export interface Received {
  readonly images: number;
  /** The first and the last number that this call gave; undefined where it gave none. */
  readonly numbers: { readonly first: number; readonly last: number } | undefined;
  readonly skipped: number;
  readonly rejected: number;
}

type Picture = Extract<SourceItem, { kind: 'picture' }>;

/** A picture that is to be kept, with the row that it will have. */
interface Candidate {
  readonly bytes: Uint8Array;
  readonly row: NewImage;
}

/**
 * Takes all pictures of a source into a stream: keeps each one's bytes, gives it its number and has it published.
 * Holds the stream's lock meanwhile, first finishes what an interrupted receive left behind, and looks after what a
 * replay makes unpublished while no picture comes.
 */
export async function receive(parts: ReceiveParts): Promise<Received> {
  const { catalog, store, outbox, source, stream, mask, signal, onReport, onStep } = parts;
  const retry = { stage: 'receive', signal, ...(onReport && { onReport }) } as const;
  const received = { images: 0, skipped: 0, rejected: 0 };
  let numbers: { first: number; last: number } | undefined;

  function reject(origin: string, error: ImgpipeError): void {
    received.rejected += 1;
    onReport?.({ kind: 'rejected', origin, error });
  }

  /** The number of the image that this very content of this origin is already, if it is. */
  async function keptAs({ origin }: Picture, sha256: string): Promise<number | undefined> {
    const [newest] = await withRetry(retry, () => catalog.newestImages([{ stream, origin }]));
    return newest?.sha256 === sha256 ? newest.number : undefined;
  }

  async function candidate(item: SourceItem): Promise<Candidate | undefined> {
    if (item.kind === 'rejected') {
      reject(item.origin, item.error);
      return undefined;
    }
    const format = sniffFormat(item.bytes);
    if (format === undefined) {
      reject(item.origin, notAPicture(item.bytes));
      return undefined;
    }
    const sha256 = sha256Of(item.bytes);
    const image = item.onlyIfNew === true ? await keptAs(item, sha256) : undefined;
    if (image !== undefined) {
      received.skipped += 1;
      onReport?.({ kind: 'skipped', origin: item.origin, image });
      return undefined;
    }
    const row: NewImage = {
      stream,
      incoming: `${stream}/${randomUUID()}.${format}`,
      format,
      origin: item.origin,
      sha256,
      bytes: item.bytes.length,
      receivedAt: new Date().toISOString(),
      mask,
    };
    return { bytes: item.bytes, row };
  }

  async function stage(candidates: readonly Candidate[]): Promise<void> {
    if (candidates.length === 0) return;
    await withRetry(retry, () =>
      store.putIncoming(candidates.map(({ row, bytes }) => ({ name: row.incoming, bytes }))),
    );
    await onStep?.('receive:incoming');
  }

  /** Gives staged pictures their numbers and has them published. */
  async function keep(candidates: readonly Candidate[]): Promise<void> {
    if (candidates.length === 0) return;
    const written = await withRetry(retry, () => catalog.addImages(candidates.map(({ row }) => row)));
    await onStep?.('receive:pending');
    await outbox.publish(stream);
    for (const row of written) {
      numbers = { first: numbers?.first ?? row.number, last: row.number };
      received.images += 1;
      onReport?.({ kind: 'image', image: row });
    }
  }

  const lock = await lockStream(catalog, stream, parts);
  const ended = new AbortController();
  let failure: unknown;
  let minding: Promise<void> | undefined;
  // While pictures get their numbers the next ones are put in the store.
  let keeping = Promise.resolve();
  let inHand: ReadonlySet<string> = new Set();
  try {
    await outbox.recover(stream);
    minding = outbox.pollUnpublished(stream, ended.signal).catch((error) => {
      failure = error;
      ended.abort();
    });
    const position = await positionOf(catalog, store, stream, retry);
    const pictures = source.pictures(position, AbortSignal.any([signal, ended.signal]));
    for await (const items of readAhead(pictures)) {
      for (const batch of withoutRepeatedOrigins(items)) {
        // What a file's newest image is stands in the catalog once that image has its number.
        if (batch.some(({ origin }) => inHand.has(origin))) await keeping;
        const candidates: Candidate[] = [];
        for (const item of batch) {
          const made = await candidate(item);
          if (made !== undefined) candidates.push(made);
        }
        await stage(candidates);
        await keeping;
        inHand = new Set(candidates.map(({ row }) => row.origin));
        keeping = keep(candidates);
        // What goes wrong is told when it is awaited.
        keeping.catch(() => {});
      }
      if (signal.aborted) break;
    }
    await keeping;
  } finally {
    ended.abort();
    await minding;
    await keeping.catch(() => {});
    await lock.release();
  }
  if (failure !== undefined) throw failure;
  return { ...received, numbers };
}

async function positionOf(
  catalog: Catalog,
  store: ObjectStore,
  stream: string,
  retry: RetryContext,
): Promise<StreamPosition> {
  const [last] = await withRetry(retry, () => catalog.newestImages([{ stream }]));
  return {
    lastNumber: last?.number ?? 0,
    lastPicture: async () => (last === undefined ? undefined : withRetry(retry, () => store.get(imageKey(last)))),
  };
}

/** In parts in which no file comes twice, so that the catalog has its first time before its second is looked at. */
function* withoutRepeatedOrigins(items: readonly SourceItem[]): Generator<SourceItem[]> {
  let part: SourceItem[] = [];
  let origins = new Set<string>();
  for (const item of items) {
    const repeated = item.kind === 'picture' && item.onlyIfNew === true && origins.has(item.origin);
    if (repeated) {
      yield part;
      part = [];
      origins = new Set();
    }
    part.push(item);
    origins.add(item.origin);
  }
  if (part.length > 0) yield part;
}

function notAPicture(bytes: Uint8Array): ImgpipeError {
  const what = bytes.length === 0 ? 'the file is empty' : 'it is neither a JPEG nor a PNG, whatever its name says';
  return new ImgpipeError('not_a_picture', what);
}
