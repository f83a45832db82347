import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/messages.ts';
import type { Chunk, ConsumeOptions, ConsumerNotice, EventBus, ReceivedMessage } from '../../src/ports/event-bus.ts';

export interface EventBusStand {
  /** The bus as a process of this name has it, each time another process; it holds no message at first. */
  open(as: string): Promise<{ readonly bus: EventBus; close(): Promise<void> }>;
}

const TOPIC = 'image_analysis';
const GROUP = 'image_analysis_group';
const OTHER_GROUP = 'image_analysis_group.other';

function message(value: string, key = 'default'): Message {
  return { key, headers: { ce_id: value }, value };
}

function valuesOf(chunk: Chunk): string[] {
  return chunk.messages.map(({ value }) => value);
}

async function commitAll(chunk: Chunk): Promise<void> {
  const last = chunk.messages.at(-1);
  if (last !== undefined) await chunk.commit(last.position.offset + 1);
}

/** All that waits for a group, handled and committed. */
async function drained(bus: EventBus, group = GROUP, topic = TOPIC): Promise<string[]> {
  const seen: string[] = [];
  const onChunk = async (chunk: Chunk) => {
    seen.push(...valuesOf(chunk));
    await commitAll(chunk);
  };
  await bus.consume({ topic, group, drain: true, signal: new AbortController().signal, onChunk });
  return seen;
}

/** A consumer at work until it is stopped. `until` answers when what it has seen and been told is enough. */
function consumer(bus: EventBus, options: Partial<ConsumeOptions> = {}) {
  const stopped = new AbortController();
  const seen: string[] = [];
  const notices: ConsumerNotice[] = [];
  const looks = new Set<() => void>();
  const look = () => {
    for (const each of looks) each();
  };
  const ended = bus.consume({
    topic: TOPIC,
    group: GROUP,
    drain: false,
    signal: stopped.signal,
    onChunk: async (chunk) => {
      seen.push(...valuesOf(chunk));
      await commitAll(chunk);
      look();
    },
    onNotice: (notice) => {
      notices.push(notice);
      look();
    },
    ...options,
  });
  return {
    seen,
    notices,
    ended,
    until: (enough: () => boolean) =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          if (enough()) resolve();
        };
        looks.add(check);
        check();
        ended.then(() => reject(new Error('the consumer ended before')), reject);
      }),
    stop: async () => {
      stopped.abort();
      await ended;
    },
  };
}

/** What every bus promises. */
export function eventBusContract(stand: () => Promise<EventBusStand>): void {
  async function one() {
    return (await (await stand()).open('one')).bus;
  }

  describe('messages', () => {
    it('come whole, in the order of their publication for each key, each at the place that was answered', async () => {
      const bus = await one();
      const odd = { key: 'sky', headers: { ce_id: '1', 'content-type': 'text/☃' }, value: '{"a":"\\u0000 ü"}\n' };
      const positions = [
        ...(await bus.publish(TOPIC, [message('a'), odd])),
        ...(await bus.publish(TOPIC, [])),
        ...(await bus.publish(TOPIC, [message('c')])),
      ];
      const received: ReceivedMessage[] = [];
      await bus.consume({
        topic: TOPIC,
        group: GROUP,
        drain: true,
        signal: new AbortController().signal,
        onChunk: async (chunk) => {
          received.push(...chunk.messages);
          await commitAll(chunk);
        },
      });
      const published = [message('a'), odd, message('c')].map((each, index) => ({
        ...each,
        position: positions[index],
      }));
      for (const wanted of ['default', 'sky']) {
        expect(received.filter(({ key }) => key === wanted)).toEqual(published.filter(({ key }) => key === wanted));
      }
      expect(positions.map(({ bus: on, topic }) => [on, topic])).toEqual(positions.map(() => [bus.id, TOPIC]));
    });

    it('keep a value that is no text, byte for byte', async () => {
      const bus = await one();
      const bytes = Uint8Array.of(0xff, 0x00, 0x7b, 0xfe);
      await bus.publish(TOPIC, [{ ...message('�'), bytes }, message('a')]);
      const received: ReceivedMessage[] = [];
      await bus.consume({
        topic: TOPIC,
        group: 'g',
        drain: true,
        signal: new AbortController().signal,
        onChunk: async (chunk) => {
          received.push(...chunk.messages);
          await commitAll(chunk);
        },
      });
      expect(received.map((each) => each.bytes && [...each.bytes])).toEqual([[...bytes], undefined]);
      expect(received[1]).not.toHaveProperty('bytes');
    });

    it('keep their order over more than one chunk', async () => {
      const bus = await one();
      const values = Array.from({ length: 700 }, (_, index) => String(index));
      await bus.publish(
        TOPIC,
        values.map((value) => message(value)),
      );
      expect(await drained(bus)).toEqual(values);
    });

    it('come to each group, all of them, and stay in their topic', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a'), message('b')]);
      await bus.publish('image_event_alert', [message('z')]);
      expect(await drained(bus, GROUP)).toEqual(['a', 'b']);
      expect(await drained(bus, OTHER_GROUP)).toEqual(['a', 'b']);
      expect(await drained(bus, GROUP, 'image_event_alert')).toEqual(['z']);
      expect(await drained(bus, GROUP)).toEqual([]);
    });

    it('reach a consumer that waits, also from another process', async () => {
      const { open } = await stand();
      const working = consumer((await open('one')).bus);
      await working.until(() => working.notices.length === 1);
      const { bus: other } = await open('two');
      await other.publish(TOPIC, [message('a')]);
      await working.until(() => working.seen.length === 1);
      await other.publish(TOPIC, [message('b')]);
      await working.until(() => working.seen.length === 2);
      await working.stop();
      expect(working.seen).toEqual(['a', 'b']);
    });

    it('that were not committed come again after the bus was opened anew', async () => {
      const { open } = await stand();
      const first = await open('one');
      await first.bus.publish(TOPIC, [message('a'), message('b'), message('c')]);
      const stop = new AbortController();
      await first.bus.consume({
        topic: TOPIC,
        group: GROUP,
        drain: false,
        signal: stop.signal,
        onChunk: async (chunk) => {
          const [a] = chunk.messages;
          if (a !== undefined) await chunk.commit(a.position.offset + 1);
          stop.abort();
        },
      });
      await first.close();
      const { bus } = await open('two');
      expect(await drained(bus)).toEqual(['b', 'c']);
    });
  });

  describe('a drain', () => {
    it('ends at once where nothing was ever published', async () => {
      expect(await drained(await one())).toEqual([]);
    });

    it('ends where another consumer of the group has handled all', async () => {
      const { open } = await stand();
      const { bus } = await open('one');
      await bus.publish(TOPIC, [message('a')]);
      const working = consumer(bus);
      await working.until(() => working.seen.length === 1);
      const { bus: other } = await open('two');
      await expect.poll(() => drained(other)).toEqual([]);
      await working.stop();
    });

    it('handles what was published while it worked', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a')]);
      const seen: string[] = [];
      await bus.consume({
        topic: TOPIC,
        group: GROUP,
        drain: true,
        signal: new AbortController().signal,
        onChunk: async (chunk) => {
          if (seen.length === 0) await bus.publish(TOPIC, [message('b')]);
          seen.push(...valuesOf(chunk));
          await commitAll(chunk);
        },
      });
      expect(seen).toEqual(['a', 'b']);
    });
  });

  describe('a commit', () => {
    it('is kept for its group and topic alone', async () => {
      const { open } = await stand();
      const first = await open('one');
      const [, position] = await first.bus.publish(TOPIC, [message('a'), message('b')]);
      expect(await first.bus.committed(TOPIC, GROUP)).toEqual(new Map());
      await drained(first.bus);
      await first.close();
      const { bus } = await open('two');
      expect(await bus.committed(TOPIC, GROUP)).toEqual(new Map([[position?.partition, Number(position?.offset) + 1]]));
      expect(await bus.committed(TOPIC, OTHER_GROUP)).toEqual(new Map());
      expect(await bus.committed('image_event_alert', GROUP)).toEqual(new Map());
    });

    it('only goes forward', async () => {
      const bus = await one();
      const positions = await bus.publish(TOPIC, [message('a'), message('b'), message('c')]);
      await bus.consume({
        topic: TOPIC,
        group: GROUP,
        drain: true,
        signal: new AbortController().signal,
        onChunk: async (chunk) => {
          await commitAll(chunk);
          await chunk.commit(Number(positions[0]?.offset) + 1);
        },
      });
      expect([...(await bus.committed(TOPIC, GROUP)).values()]).toEqual([Number(positions[2]?.offset) + 1]);
      expect(await drained(bus)).toEqual([]);
    });
  });

  describe('the consumers of a group', () => {
    it('give each message to one of them, and take over what one leaves where it committed', async () => {
      const { open } = await stand();
      const one = await open('the first');
      const first = consumer(one.bus);
      await one.bus.publish(TOPIC, [message('a')]);
      await first.until(() => first.seen.length === 1);
      const two = await open('the second');
      const second = consumer(two.bus);
      await second.until(() => second.notices.length > 0);
      await one.bus.publish(TOPIC, [message('b')]);
      await expect.poll(() => [...first.seen, ...second.seen]).toEqual(['a', 'b']);
      await first.stop();
      await one.bus.publish(TOPIC, [message('c')]);
      await second.until(() => second.seen.at(-1) === 'c');
      await second.stop();
      expect([...first.seen, ...second.seen]).toEqual(['a', 'b', 'c']);
      expect(second.notices.at(-1)).toMatchObject({ kind: 'working' });
    });

    it('end while they stand by, when they are told to', async () => {
      const { open } = await stand();
      const first = consumer((await open('the first')).bus);
      await first.until(() => first.notices.length === 1);
      const second = consumer((await open('the second')).bus);
      await second.until(() => second.notices.length === 1);
      await second.stop();
      expect(second.seen).toEqual([]);
      await first.stop();
    });

    it('do not stand in the way of another group, or of another topic', async () => {
      const bus = await one();
      const others = [{ group: OTHER_GROUP }, { topic: 'image_event_alert', group: 'image_event_alert_group' }];
      const working = [consumer(bus), ...others.map((options) => consumer(bus, options))];
      // Where it takes its time, a consumer also tells that it is joining.
      for (const each of working) await each.until(() => each.notices.some(({ kind }) => kind === 'working'));
      const kinds = working.flatMap(({ notices }) => notices.map(({ kind }) => kind));
      expect(kinds).not.toContain('standing_by');
      for (const each of working) await each.stop();
    });

    it('finish the chunk in hand when they are told to stop, and take no more', async () => {
      const bus = await one();
      await bus.publish(
        TOPIC,
        Array.from({ length: 600 }, (_, index) => message(String(index))),
      );
      const stop = new AbortController();
      const chunks: string[][] = [];
      await bus.consume({
        topic: TOPIC,
        group: GROUP,
        drain: false,
        signal: stop.signal,
        onChunk: async (chunk) => {
          stop.abort();
          await bus.publish(TOPIC, [message('while it works')]);
          await commitAll(chunk);
          chunks.push(valuesOf(chunk));
        },
      });
      expect(chunks).toHaveLength(1);
      expect((await drained(bus))[0]).toBe(String(chunks[0]?.length));
    });

    it('end with what their handler throws, uncommitted, and the next one may work', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a')]);
      const broken = new Error('broken');
      const working = consumer(bus, { onChunk: () => Promise.reject(broken) });
      await expect(working.ended).rejects.toBe(broken);
      expect(await drained(bus)).toEqual(['a']);
    });

    it('do not begin where they are told to stop before', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a')]);
      const working = consumer(bus, { signal: AbortSignal.abort() });
      await working.ended;
      expect(working.seen).toEqual([]);
      expect(await drained(bus)).toEqual(['a']);
    });
  });

  describe('what is known of groups', () => {
    it('is their names, once they have handled something, and none at first', async () => {
      const bus = await one();
      expect(await bus.groups()).toEqual([]);
      await bus.publish(TOPIC, [message('a')]);
      await drained(bus);
      await drained(bus, OTHER_GROUP);
      expect(await bus.groups()).toEqual([GROUP, OTHER_GROUP]);
      expect(await bus.members(GROUP)).toEqual([]);
    });
  });

  describe('the logs', () => {
    it('run from the first message to behind the last', async () => {
      const bus = await one();
      expect((await bus.logs(TOPIC)).filter(({ start, end }) => end > start)).toEqual([]);
      const positions = await bus.publish(TOPIC, [message('a'), message('b')]);
      const [first, last] = positions;
      expect(await bus.logs(TOPIC)).toContainEqual({
        partition: first?.partition,
        start: first?.offset,
        end: Number(last?.offset) + 1,
      });
    });

    it('are empty after they were cleared, and everything begins anew', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a'), message('b')]);
      await drained(bus);
      await bus.clear();
      expect((await bus.logs(TOPIC)).filter(({ start, end }) => end > start)).toEqual([]);
      expect(await bus.committed(TOPIC, GROUP)).toEqual(new Map());
      await bus.publish(TOPIC, [message('c')]);
      expect(await drained(bus)).toEqual(['c']);
    });
  });
}
