import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/messages.ts';
import type { Chunk, ConsumeOptions, ConsumerNotice, EventBus, ReceivedMessage } from '../../src/ports/event-bus.ts';

export interface EventBusSetup {
  /** Opens the bus as another process with this name. The bus is empty at first. */
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

/** Drains a group: handles and commits everything. */
async function drained(bus: EventBus, group = GROUP, topic = TOPIC): Promise<string[]> {
  const seen: string[] = [];
  const onChunk = async (chunk: Chunk) => {
    seen.push(...valuesOf(chunk));
    await commitAll(chunk);
  };
  await bus.consume({ topic, group, drain: true, signal: new AbortController().signal, onChunk });
  return seen;
}

/** A consumer that works until it is stopped. `until` resolves once its values and notices meet the condition. */
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
        ended.then(() => reject(new Error('the consumer ended early')), reject);
      }),
    stop: async () => {
      stopped.abort();
      await ended;
    },
  };
}

/** The contract of every bus. */
export function eventBusContract(setUp: () => Promise<EventBusSetup>): void {
  async function one() {
    return (await (await setUp()).open('one')).bus;
  }

  describe('messages', () => {
    it('arrive whole, in the order of publication for each key, at the positions that publish returned', async () => {
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

    it('keep a value that is not text, byte for byte', async () => {
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

    it('are delivered to every group, and only in their topic', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a'), message('b')]);
      await bus.publish('image_event_alert', [message('z')]);
      expect(await drained(bus, GROUP)).toEqual(['a', 'b']);
      expect(await drained(bus, OTHER_GROUP)).toEqual(['a', 'b']);
      expect(await drained(bus, GROUP, 'image_event_alert')).toEqual(['z']);
      expect(await drained(bus, GROUP)).toEqual([]);
    });

    it('reach a consumer that waits, also when another process publishes', async () => {
      const { open } = await setUp();
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

    it('that were not committed are delivered again after the bus is reopened', async () => {
      const { open } = await setUp();
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
    it('ends at once if nothing was ever published', async () => {
      expect(await drained(await one())).toEqual([]);
    });

    it('ends once another consumer of the group has handled everything', async () => {
      const { open } = await setUp();
      const { bus } = await open('one');
      await bus.publish(TOPIC, [message('a')]);
      const working = consumer(bus);
      await working.until(() => working.seen.length === 1);
      const { bus: other } = await open('two');
      await expect.poll(() => drained(other)).toEqual([]);
      await working.stop();
    });

    it('handles what is published meanwhile', async () => {
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
    it('applies to its group and topic only', async () => {
      const { open } = await setUp();
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

    it('never moves backward', async () => {
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
    it('share the messages, and take over from the last commit of one that ends', async () => {
      const { open } = await setUp();
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

    it('can be stopped while they are on standby', async () => {
      const { open } = await setUp();
      const first = consumer((await open('the first')).bus);
      await first.until(() => first.notices.length === 1);
      const second = consumer((await open('the second')).bus);
      await second.until(() => second.notices.length === 1);
      await second.stop();
      expect(second.seen).toEqual([]);
      await first.stop();
    });

    it('do not block another group or another topic', async () => {
      const bus = await one();
      const others = [{ group: OTHER_GROUP }, { topic: 'image_event_alert', group: 'image_event_alert_group' }];
      const working = [consumer(bus), ...others.map((options) => consumer(bus, options))];
      // A consumer that takes longer also reports that it is joining.
      for (const each of working) await each.until(() => each.notices.some(({ kind }) => kind === 'working'));
      const kinds = working.flatMap(({ notices }) => notices.map(({ kind }) => kind));
      expect(kinds).not.toContain('standing_by');
      for (const each of working) await each.stop();
    });

    it('finish the current chunk when they are stopped, and start no other', async () => {
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

    it('end with the error of their handler, without a commit, and another can take over', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a')]);
      const broken = new Error('broken');
      const working = consumer(bus, { onChunk: () => Promise.reject(broken) });
      await expect(working.ended).rejects.toBe(broken);
      expect(await drained(bus)).toEqual(['a']);
    });

    it('consume nothing if they are stopped before they start', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a')]);
      const working = consumer(bus, { signal: AbortSignal.abort() });
      await working.ended;
      expect(working.seen).toEqual([]);
      expect(await drained(bus)).toEqual(['a']);
    });
  });

  describe('the newest messages', () => {
    it('are those at the end of each log, whole and with their positions', async () => {
      const bus = await one();
      expect(await bus.newest([TOPIC, 'image_event_alert'])).toEqual([]);
      const sent = Array.from({ length: 20 }, (_, index) => message(String(index)));
      const positions = [
        ...(await bus.publish(TOPIC, sent.slice(0, 18))),
        ...(await bus.publish(TOPIC, sent.slice(18))),
      ];
      const newest = [...(await bus.newest([TOPIC, 'image_event_alert']))].sort(
        (a, b) => a.position.offset - b.position.offset,
      );
      expect(newest).toEqual(sent.map((each, index) => ({ ...each, position: positions[index] })).slice(4));
      expect(await drained(bus)).toHaveLength(20);
    });
  });

  describe('the logs', () => {
    it('span from the first message to the offset after the last', async () => {
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

    it('are empty after clear(), as are the groups, and new messages are delivered', async () => {
      const bus = await one();
      await bus.publish(TOPIC, [message('a'), message('b')]);
      await drained(bus);
      await bus.clear([GROUP]);
      expect((await bus.logs(TOPIC)).filter(({ start, end }) => end > start)).toEqual([]);
      expect(await bus.committed(TOPIC, GROUP)).toEqual(new Map());
      await bus.publish(TOPIC, [message('c')]);
      expect(await drained(bus)).toEqual(['c']);
    });
  });

  it('a bus that is renewed has the same id, and keeps its messages and commits', async () => {
    const bus = await one();
    await bus.publish(TOPIC, [message('a')]);
    await drained(bus);
    const { id } = bus;
    const logs = await bus.logs(TOPIC);
    const committed = await bus.committed(TOPIC, GROUP);
    await bus.renew();
    expect(bus.id).toBe(id);
    expect(await bus.logs(TOPIC)).toEqual(logs);
    expect(await bus.committed(TOPIC, GROUP)).toEqual(committed);
    const [position] = await bus.publish(TOPIC, [message('b')]);
    expect(position?.bus).toBe(id);
    expect(await drained(bus)).toEqual(['b']);
  });
}
