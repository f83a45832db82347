import { describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../src/adapters/memory/event-bus.ts';
import { type ErrorCode, ImgpipeError, Stopped } from '../../../src/domain/errors.ts';
import { deadLetterMessage, type Message } from '../../../src/domain/messages.ts';
import type { Report } from '../../../src/domain/reports.ts';
import type { EventBus, ReceivedMessage } from '../../../src/ports/event-bus.ts';
import { consume, type Handled, type Stage } from '../../../src/stages/consume/consume.ts';
import { deadLetter } from '../../support/samples.ts';

/** Handles a message: throws, or returns if it is done. */
type Handler = (value: string, attempt: number) => void;

interface Scene {
  readonly bus: EventBus;
  /** The values in each call of `handle`. */
  readonly handled: string[][];
  readonly deadLettered: { value: string; code: ErrorCode; attempts: number }[];
  readonly reports: Report[];
  run(options?: { signal?: AbortSignal; stage?: Partial<Stage>; bus?: EventBus }): Promise<void>;
  committed(): Promise<number>;
}

/** A stage that calls the handler for each message, and a bus with these messages. */
async function scene(values: readonly string[], handler: Handler): Promise<Scene> {
  const bus = createMemoryBus();
  await bus.publish(
    'in',
    values.map((value) => ({ key: 'k', headers: {}, value })),
  );
  const handled: string[][] = [];
  const deadLettered: Scene['deadLettered'] = [];
  const reports: Report[] = [];
  const attempts = new Map<string, number>();
  const stage: Stage = {
    name: 'analyze',
    topic: 'in',
    group: 'g',
    publishesTo: 'out',
    deadLettersTo: 'dead',
    handle: async (messages) => {
      handled.push(messages.map(({ value }) => value));
      for (const { value } of messages) {
        const attempt = (attempts.get(value) ?? 0) + 1;
        attempts.set(value, attempt);
        handler(value, attempt);
      }
      return done(messages);
    },
    deadLetter: async ({ value }, { code }, tries) => {
      deadLettered.push({ value, code, attempts: tries });
      return copyOf(value);
    },
  };
  return {
    bus,
    handled,
    deadLettered,
    reports,
    run: ({ signal = new AbortController().signal, stage: over = {}, bus: on = bus } = {}) =>
      consume({ ...stage, ...over }, { bus: on, signal, drain: true, onReport: (report) => reports.push(report) }),
    committed: async () => (await bus.committed('in', 'g')).get(0) ?? 0,
  };
}

/** The copy of a dead letter. */
function copyOf(value: string): Message {
  return { key: 'k', headers: {}, value: `${value} is dead` };
}

function done(messages: readonly ReceivedMessage[], over: Partial<Handled> = {}): Handled {
  return {
    handledCount: messages.length,
    publish: [],
    deadLetters: [],
    recordPositions: async () => {},
    report: () => {},
    ...over,
  };
}

function failing(code: ErrorCode, when: (value: string, attempt: number) => boolean): Handler {
  return (value, attempt) => {
    if (when(value, attempt)) throw new ImgpipeError(code, `for ${value}`);
  };
}

describe('messages that can be handled', () => {
  it('are handled together and committed', async () => {
    const { run, handled, committed } = await scene(['a', 'b', 'c'], () => {});
    await run();
    expect(handled).toEqual([['a', 'b', 'c']]);
    expect(await committed()).toBe(3);
  });

  it('that a stage leaves for later are delivered again, the others are committed', async () => {
    const { run, committed } = await scene(['a', 'b', 'c'], () => {});
    const calls: string[][] = [];
    const commits: number[] = [];
    const handle: Stage['handle'] = async (messages) => {
      calls.push(messages.map(({ value }) => value));
      commits.push(await committed());
      return done(messages, { handledCount: 1 });
    };
    await run({ stage: { handle } });
    expect(calls).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]);
    expect(commits).toEqual([0, 1, 2]);
    expect(await committed()).toBe(3);
  });

  it('are published, recorded and reported before they are committed', async () => {
    const { run, bus, committed } = await scene(['a'], () => {});
    const order: string[] = [];
    const log = async (what: string) => order.push(`${what}, ${await committed()} committed`);
    const handle: Stage['handle'] = async (messages) =>
      done(messages, {
        publish: [{ key: 'k', headers: {}, value: 'of a' }],
        recordPositions: async (positions) => {
          await log(`recorded at ${positions[0]?.topic}/${positions[0]?.offset}`);
        },
        report: () => order.push('reported'),
      });
    await run({ stage: { handle } });
    expect(order).toEqual(['recorded at out/0, 0 committed', 'reported']);
    expect(await bus.logs('out')).toEqual([{ partition: 0, start: 0, end: 1 }]);
    expect(await committed()).toBe(1);
  });
});

describe('after a transient error, a stage', () => {
  it('retries, reports the wait and the recovery once each, and stores no dead letter', async () => {
    const { run, reports, deadLettered, handled, committed } = await scene(
      ['a', 'b'],
      failing('disk_full', (value, attempt) => value === 'b' && attempt <= 2),
    );
    await run();
    expect(reports.map(({ kind }) => kind)).toEqual(['working', 'waiting', 'resumed']);
    expect(reports[1]).toMatchObject({ stage: 'analyze', error: { code: 'disk_full' } });
    expect(handled).toHaveLength(3);
    expect(deadLettered).toEqual([]);
    expect(await committed()).toBe(2);
  });

  it('keeps the consumer group alive while it waits', async () => {
    const { run, bus } = await scene(
      ['a'],
      failing('store_unavailable', (_, attempt) => attempt === 1),
    );
    let kept = 0;
    const watched: EventBus = {
      ...bus,
      consume: (options) =>
        bus.consume({
          ...options,
          onChunk: (chunk) =>
            options.onChunk({
              ...chunk,
              keepAlive: async () => {
                kept += 1;
              },
            }),
        }),
    };
    const stage: Stage = {
      name: 'analyze',
      topic: 'in',
      group: 'h',
      publishesTo: undefined,
      deadLettersTo: 'dead',
      handle: async (messages) => {
        if (kept === 0) throw new ImgpipeError('store_unavailable', 'away');
        return done(messages);
      },
      deadLetter: async ({ value }) => copyOf(value),
    };
    await consume(stage, { bus: watched, signal: new AbortController().signal, drain: true });
    expect(kept).toBe(1);
    await run();
  });

  it('retries publishing, recording and dead-lettering, too', async () => {
    const { run, committed, reports, bus } = await scene(['a', 'b'], () => {});
    const failOnce = (code: ErrorCode) => {
      let failed = false;
      return () => {
        if (failed) return;
        failed = true;
        throw new ImgpipeError(code, 'once');
      };
    };
    const [note, deadLetter, publish] = [
      failOnce('catalog_unavailable'),
      failOnce('disk_full'),
      failOnce('store_unavailable'),
    ];
    const flaky: EventBus = {
      ...bus,
      publish: async (topic, messages) => {
        publish();
        return bus.publish(topic, messages);
      },
    };
    const deadLettered: string[] = [];
    const stage: Stage = {
      name: 'analyze',
      topic: 'in',
      group: 'g',
      publishesTo: 'out',
      deadLettersTo: 'dead',
      handle: async (messages) => {
        if (messages.some(({ value }) => value === 'b')) throw new ImgpipeError('undecodable', 'b');
        return done(messages, {
          publish: [{ key: 'k', headers: {}, value: 'x' }],
          recordPositions: async () => note(),
        });
      },
      deadLetter: async ({ value }) => {
        deadLetter();
        deadLettered.push(value);
        return copyOf(value);
      },
    };
    const onReport = (report: Report) => reports.push(report);
    await consume(stage, { bus: flaky, signal: new AbortController().signal, drain: true, onReport });
    expect(reports.flatMap((report) => (report.kind === 'waiting' ? [report.error.code] : []))).toEqual([
      'store_unavailable',
      'catalog_unavailable',
      'disk_full',
    ]);
    expect(deadLettered).toEqual(['b']);
    expect(await bus.logs('out')).toEqual([{ partition: 0, start: 0, end: 1 }]);
    await run();
    expect(await committed()).toBe(2);
  });

  it('ends without a commit and without an error when it is stopped', async () => {
    const { run, reports, committed, deadLettered } = await scene(
      ['a'],
      failing('disk_full', () => true),
    );
    const stop = new AbortController();
    const running = run({ signal: stop.signal });
    await expect.poll(() => reports.map(({ kind }) => kind)).toContain('waiting');
    stop.abort();
    await running;
    expect(await committed()).toBe(0);
    expect(deadLettered).toEqual([]);
  });
});

describe('a bus that does not answer when the stage is stopped', () => {
  it.each(['publish', 'commit', 'keepAlive'] as const)('is waited for with a deadline: %s', async (what) => {
    const { bus, run, committed } = await scene(['a'], () => {});
    const stop = new AbortController();
    const never = () => {
      stop.abort();
      return new Promise<never>(() => {});
    };
    const silent: EventBus = {
      ...bus,
      publish: what === 'publish' ? never : bus.publish,
      consume: (options) =>
        bus.consume({
          ...options,
          onChunk: (chunk) => options.onChunk(what === 'publish' ? chunk : { ...chunk, [what]: never }),
        }),
    };
    const handle = async (messages: readonly ReceivedMessage[]) => {
      if (what === 'keepAlive') throw new ImgpipeError('store_unavailable', 'away');
      return done(messages, { publish: [copyOf('a')] });
    };
    await run({ signal: stop.signal, bus: silent, stage: { handle } });
    expect(await committed()).toBe(0);
  });
});

describe('after an error of a message, a stage', () => {
  it('dead-letters the message at the first try, and handles the others', async () => {
    const { run, deadLettered, handled, committed, reports } = await scene(
      ['a', 'b', 'c'],
      failing('bad_message', (value) => value === 'b'),
    );
    await run();
    expect(deadLettered).toEqual([{ value: 'b', code: 'bad_message', attempts: 1 }]);
    expect(handled.slice(1)).toEqual([['a'], ['b'], ['c']]);
    expect(await committed()).toBe(3);
    expect(reports.map(({ kind }) => kind)).toEqual(['working']);
  });

  it('publishes a copy of the dead letter once it is stored, before the commit', async () => {
    const { bus, committed, run } = await scene(
      ['a', 'b'],
      failing('bad_message', (value) => value === 'b'),
    );
    const order: string[] = [];
    const watched: EventBus = {
      ...bus,
      publish: async (topic, messages) => {
        order.push(`${messages.map(({ value }) => value)} to ${topic}, ${await committed()} committed`);
        return bus.publish(topic, messages);
      },
    };
    const deadLetter: Stage['deadLetter'] = async ({ value }) => {
      order.push(`${value} stored`);
      return copyOf(value);
    };
    await run({ bus: watched, stage: { deadLetter } });
    expect(order).toEqual(['b stored', 'b is dead to dead, 1 committed']);
    expect(await committed()).toBe(2);
  });

  it('shortens a copy that its topic does not take, and no other', async () => {
    const { bus, committed, run } = await scene(['a', 'b'], () => {});
    const whole = deadLetterMessage('01234567-89ab-cdef-0123-456789abcdef', {
      ...deadLetter({ detail: 'x'.repeat(900) }),
      message: { key: 'k', headers: {}, value: 'y'.repeat(9000) },
    });
    const copies: Message[] = [];
    const small: EventBus = {
      ...bus,
      publish: async (topic, messages) => {
        if (messages.some(({ value }) => value.length > 1000)) throw new ImgpipeError('message_too_large', 'too large');
        copies.push(...messages);
        return bus.publish(topic, messages);
      },
    };
    const handle: Stage['handle'] = async (messages) => done(messages, { deadLetters: [copyOf('a'), whole] });
    await run({ bus: small, stage: { handle } });
    expect(copies).toEqual([copyOf('a'), { ...whole, value: expect.any(String) }]);
    expect(JSON.parse(copies[1]?.value ?? '')).toEqual({
      ...JSON.parse(whole.value),
      detail: 'x'.repeat(200),
      value: null,
    });
    expect(await committed()).toBe(2);
  });

  it('publishes copies of dead letters that `handle` returns, before the commit', async () => {
    const { bus, run, committed } = await scene(['a'], () => {});
    const order: string[] = [];
    const handle: Stage['handle'] = async (messages) =>
      done(messages, { deadLetters: [copyOf('a')], report: () => order.push('reported') });
    const watched: EventBus = {
      ...bus,
      publish: async (topic) => {
        order.push(`to ${topic}, ${await committed()} committed`);
        return [];
      },
    };
    await run({ bus: watched, stage: { handle } });
    expect(order).toEqual(['to dead, 0 committed', 'reported']);
  });

  it('publishes the copy again if it was interrupted before the commit', async () => {
    const { run, bus, deadLettered, committed } = await scene(
      ['a'],
      failing('bad_message', () => true),
    );
    const stop = new AbortController();
    const breaking: EventBus = {
      ...bus,
      publish: () => {
        stop.abort();
        return Promise.reject(new Stopped());
      },
    };
    await run({ bus: breaking, signal: stop.signal });
    expect([deadLettered.length, await committed()]).toEqual([1, 0]);
    await run();
    expect(await bus.logs('dead')).toEqual([{ partition: 0, start: 0, end: 1 }]);
    expect(await committed()).toBe(1);
  });

  it('dead-letters each of several messages', async () => {
    const { run, deadLettered } = await scene(
      ['a', 'b', 'c', 'd'],
      failing('undecodable', (value) => value !== 'c'),
    );
    await run();
    expect(deadLettered.map(({ value }) => value)).toEqual(['a', 'b', 'd']);
  });

  it('does not commit the message if it is stopped meanwhile', async () => {
    const { run, committed } = await scene(
      ['a'],
      failing('bad_message', () => true),
    );
    const stop = new AbortController();
    const deadLetter = () => {
      stop.abort();
      return Promise.reject(new Stopped());
    };
    await run({ signal: stop.signal, stage: { deadLetter } });
    expect(await committed()).toBe(0);
  });
});

describe('after a bug, a stage', () => {
  const bug: Handler = (value) => {
    if (value === 'b') throw new TypeError('x is undefined');
  };

  it('tries three times, dead-letters the message and continues', async () => {
    const { run, deadLettered, handled, committed } = await scene(['a', 'b', 'c'], bug);
    await run();
    expect(deadLettered).toEqual([{ value: 'b', code: 'internal', attempts: 3 }]);
    expect(handled.filter((values) => values[0] === 'b')).toHaveLength(3);
    expect(await committed()).toBe(3);
  });

  it('stores no dead letter if the third try succeeds', async () => {
    const { run, deadLettered, handled, committed } = await scene(['a'], (_, attempt) => {
      if (attempt < 3) throw new TypeError('x is undefined');
    });
    await run();
    expect(deadLettered).toEqual([]);
    expect(handled).toHaveLength(3);
    expect(await committed()).toBe(1);
  });

  it('keeps the stack with the error', async () => {
    const { run } = await scene(['b'], bug);
    const errors: ImgpipeError[] = [];
    await run({
      stage: {
        deadLetter: async ({ value }, error) => {
          errors.push(error);
          return copyOf(value);
        },
      },
    });
    expect(errors.map(({ cause }) => (cause as Error).stack)).toEqual([
      expect.stringContaining('x is undefined\n    at '),
    ]);
  });
});

describe('a fatal error', () => {
  it.each(['catalog_damaged', 'foreign_message', 'object_conflict', 'bus_differs'] as const)(
    'stops the stage without a commit: %s',
    async (code) => {
      const { run, deadLettered, committed } = await scene(
        ['a', 'b'],
        failing(code, (value) => value === 'b'),
      );
      await expect(run()).rejects.toMatchObject({ code, message: 'for b' });
      expect(deadLettered).toEqual([]);
      expect(await committed()).toBe(0);
    },
  );

  it('stops the stage if it occurs while a bug is retried', async () => {
    const { run, deadLettered, committed } = await scene(['a'], (_, attempt) => {
      throw attempt === 1 ? new TypeError('x is undefined') : new ImgpipeError('catalog_damaged', 'damaged');
    });
    await expect(run()).rejects.toMatchObject({ code: 'catalog_damaged' });
    expect(deadLettered).toEqual([]);
    expect(await committed()).toBe(0);
  });
});

describe('a partition that another consumer has taken over', () => {
  it('is left at the next message without a commit', async () => {
    const { bus } = await scene(['a', 'b'], () => {});
    const calls: string[][] = [];
    const handle: Stage['handle'] = async (messages) => {
      calls.push(messages.map(({ value }) => value));
      return done(messages, { handledCount: 1 });
    };
    const commits: number[] = [];
    const lost: EventBus = {
      ...bus,
      consume: async (options) => {
        await bus.consume({
          ...options,
          group: 'other',
          onChunk: async (chunk) => {
            await options.onChunk({
              ...chunk,
              isCurrent: () => calls.length === 0,
              commit: async (next) => void commits.push(next),
            });
            await chunk.commit(2);
          },
        });
      },
    };
    const stage: Stage = {
      name: 'alert',
      topic: 'in',
      group: 'g',
      publishesTo: undefined,
      deadLettersTo: 'dead',
      handle,
      deadLetter: async ({ value }) => copyOf(value),
    };
    await consume(stage, { bus: lost, signal: new AbortController().signal, drain: true });
    expect(calls).toEqual([['a', 'b']]);
    expect(commits).toEqual([1]);
  });
});
