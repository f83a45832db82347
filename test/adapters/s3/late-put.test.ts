import { describe, expect, it, onTestFinished } from 'vitest';
import { createMemoryCatalog } from '../../../src/adapters/memory/catalog.ts';
import { createMemoryBus } from '../../../src/adapters/memory/event-bus.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { imageKey } from '../../../src/domain/object-keys.ts';
import type { ObjectStore } from '../../../src/ports/object-store.ts';
import { createStreamWriter } from '../../../src/stages/receive/stream-writer.ts';
import { takeOver } from '../../../src/stages/receive/take-over.ts';
import { connectionTo, openTestStore } from '../../support/s3/buckets.ts';
import { sharedS3 } from '../../support/s3/shared-s3.ts';

const { server, whyNone } = await sharedS3();

/** Two receivers of one stream. The first loses its lock while its PUT is on the way, and the second takes over. */
async function twoReceivers() {
  if (server === undefined) throw new Error('there is no server');
  const { store, requests } = await openTestStore(connectionTo(server));
  onTestFinished(() => requests.close());
  const [catalog, bus] = [createMemoryCatalog(), createMemoryBus()];
  const { pipelineId } = await catalog.identity();

  function receiver(token: string, puts: Pick<ObjectStore, 'put' | 'digest'> = store) {
    const holder = { stream: 'default', token };
    const signal = new AbortController().signal;
    const retry = { stage: 'receive', signal } as const;
    const writer = createStreamWriter({ catalog, store: puts, bus, pipelineId, holder, retry });
    return {
      takeOver: () => takeOver({ catalog, store, holder, retry }),
      add: async (...texts: string[]) => {
        const all = texts.map((text) => ({ text, bytes: Buffer.from(text) }));
        const rowOf = ({ text, bytes }: (typeof all)[number]) =>
          ({
            stream: 'default',
            receiptId: `${token} ${text}`,
            format: 'jpg',
            origin: `/${text}`,
            sha256: sha256Of(bytes),
            bytes: bytes.length,
            receivedAt: new Date().toISOString(),
            mask: null,
            capture: null,
            file: null,
          }) as const;
        await writer.add(
          all.map((each) => ({ row: rowOf(each), bytes: each.bytes })),
          () => {},
        );
        await writer.flush();
      },
    };
  }

  /** The first receiver, whose PUT waits until it is let go. */
  async function late(...texts: string[]) {
    let letGo = () => {};
    const free = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let arrive = () => {};
    const onTheWay = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const slow: Pick<ObjectStore, 'put' | 'digest'> = {
      digest: store.digest,
      put: async (objects) => {
        arrive();
        await free;
        return store.put(objects);
      },
    };
    const first = receiver('first', slow);
    await first.takeOver();
    const added = first.add(...texts);
    // It ends with what its lost lock makes of it.
    added.catch(() => {});
    await onTheWay;
    return { ended: added.catch((error: unknown) => error), letGo };
  }

  /** The pictures of the images, by number. */
  async function pictures(...numbers: number[]) {
    const rows = await catalog.images(numbers.map((number) => ({ stream: 'default', number })));
    return Promise.all(
      rows.map(
        async (row) => row && [row.state, imageKey(row), String(Buffer.from((await store.get(imageKey(row))) ?? ''))],
      ),
    );
  }

  /** Puts an object as a receiver does that was killed then. */
  const left = { put: (key: string, text: string) => store.put([{ key, bytes: Buffer.from(text) }]) };

  return { receiver, late, left, pictures };
}

describe.skipIf(server === undefined)(
  `a late PUT of a receiver that lost its lock${whyNone ? `: ${whyNone}` : ''}`,
  () => {
    it('is refused if the next receiver has put its picture under the key', async () => {
      const { receiver, late, pictures } = await twoReceivers();
      const first = await late('late');
      const second = receiver('second');
      await second.takeOver();
      await second.add('in time');
      first.letGo();
      await first.ended;
      expect(await pictures(1, 2)).toEqual([['ready', 'image_database/00001.jpg', 'in time'], undefined]);
    });

    it('stays under a key that no row has if it arrives before the next receiver puts its picture', async () => {
      const { receiver, late, pictures } = await twoReceivers();
      const first = await late('late');
      const second = receiver('second');
      await second.takeOver();
      first.letGo();
      await first.ended;
      await second.add('in time');
      await second.add('and one more');
      expect(await pictures(1, 2)).toEqual([
        ['ready', 'image_database/00001.2.jpg', 'in time'],
        ['ready', 'image_database/00002.jpg', 'and one more'],
      ]);
    });

    it('is not there to be removed: what a receiver takes over is left where it is, and its number given again', async () => {
      const { receiver, late, left, pictures } = await twoReceivers();
      const first = await late('one', 'two');
      await left.put('image_database/00002.jpg', 'two');
      const second = receiver('second');
      await second.takeOver();
      await second.add('another', 'and one more');
      first.letGo();
      await first.ended;
      expect(await pictures(1, 2)).toEqual([
        ['ready', 'image_database/00001.jpg', 'another'],
        ['ready', 'image_database/00002.2.jpg', 'and one more'],
      ]);
    });
  },
);
