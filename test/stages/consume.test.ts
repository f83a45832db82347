import { describe, expect, it } from 'vitest';
import { type ErrorCode, ImgpipeError, Stopped } from '../../src/domain/errors.ts';
import type { Message } from '../../src/domain/messages.ts';
import type { Report } from '../../src/domain/reports.ts';
import type { EventBus, ReceivedMessage } from '../../src/ports/event-bus.ts';
import { consume, type Handled, type Stage } from '../../src/stages/consume.ts';
import { openSqlite } from '../support/open-sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What a stage does with a message: throws for it, or says that it is done. */
type Deed = (value: string, attempt: number) => void;

interface Scene {
  readonly bus: EventBus;
  /** The values of each call of `handle`. */
  readonly handled: string[][];
  readonly buried: { value: string; code: ErrorCode; attempts: number }[];
  readonly reports: Report[];
  run(options?: { signal?: AbortSignal; stage?: Partial<Stage>; bus?: EventBus }): Promise<void>;
  committed(): Promise<number>;
}

/** A stage that does this with each message, on a real bus that holds these messages. */
async function scene(values: readonly string[], deed: Deed): Promise<Scene> {
  const { bus } = await openSqlite(temporaryFolder());
  await bus.publish(
    'in',
    values.map((value) => ({ key: 'k', headers: {}, value })),
  );
  const handled: string[][] = [];
  const buried: Scene['buried'] = [];
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
        deed(value, attempt);
      }
      return done(messages);
    },
    deadLetter: async ({ value }, { code }, tries) => {
      buried.push({ value, code, attempts: tries });
      return copyOf(value);
    },
  };
  return {
    bus,
    handled,
    buried,
    reports,
    run: ({ signal = new AbortController().signal, stage: over = {}, bus: on = bus } = {}) =>
      consume({ ...stage, ...over }, { bus: on, signal, drain: true, onReport: (report) => reports.push(report) }),
    committed: async () => (await bus.committed('in', 'g')).get(0) ?? 0,
  };
}

/** What a stage says is to be published of a dead message. */
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

function failing(code: ErrorCode, when: (value: string, attempt: number) => boolean): Deed {
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

  it('that a stage leaves for later come again, the others are committed', async () => {
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

  it('are published, noted and told before they are committed', async () => {
    const { run, bus, committed } = await scene(['a'], () => {});
    const order: string[] = [];
    const log = async (what: string) => order.push(`${what}, ${await committed()} committed`);
    const handle: Stage['handle'] = async (messages) =>
      done(messages, {
        publish: [{ key: 'k', headers: {}, value: 'of a' }],
        recordPositions: async (positions) => {
          await log(`noted at ${positions[0]?.topic}/${positions[0]?.offset}`);
        },
        report: () => order.push('told'),
      });
    await run({ stage: { handle } });
    expect(order).toEqual(['noted at out/0, 0 committed', 'told']);
    expect(await bus.logs('out')).toEqual([{ partition: 0, start: 0, end: 1 }]);
    expect(await committed()).toBe(1);
  });
});

describe('where the surroundings fail', () => {
  it('waits for them and says so once, resumes and says that once, and buries nothing', async () => {
    const { run, reports, buried, handled, committed } = await scene(
      ['a', 'b'],
      failing('disk_full', (value, attempt) => value === 'b' && attempt <= 2),
    );
    await run();
    expect(reports.map(({ kind }) => kind)).toEqual(['working', 'waiting', 'resumed']);
    expect(reports[1]).toMatchObject({ stage: 'analyze', error: { code: 'disk_full' } });
    expect(handled).toHaveLength(3);
    expect(buried).toEqual([]);
    expect(await committed()).toBe(2);
  });

  it('keeps the group alive while it waits', async () => {
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

  it('waits for what is done with the result, too: publishing, noting and burying', async () => {
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
    const buried: string[] = [];
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
        buried.push(value);
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
    expect(buried).toEqual(['b']);
    expect(await bus.logs('out')).toEqual([{ partition: 0, start: 0, end: 1 }]);
    await run();
    expect(await committed()).toBe(2);
  });

  it('leaves what it has in hand uncommitted when it is told to stop, and ends well', async () => {
    const { run, reports, committed, buried } = await scene(
      ['a'],
      failing('disk_full', () => true),
    );
    const stop = new AbortController();
    const running = run({ signal: stop.signal });
    await expect.poll(() => reports.map(({ kind }) => kind)).toContain('waiting');
    stop.abort();
    await running;
    expect(await committed()).toBe(0);
    expect(buried).toEqual([]);
  });
});

describe('a bus that does not answer when the stage is told to stop', () => {
  it.each(['publish', 'commit', 'keepAlive'] as const)('is not waited for without end: %s', async (what) => {
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

describe('where a message is to blame', () => {
  it('buries it at its first try, and handles the rest', async () => {
    const { run, buried, handled, committed, reports } = await scene(
      ['a', 'b', 'c'],
      failing('bad_message', (value) => value === 'b'),
    );
    await run();
    expect(buried).toEqual([{ value: 'b', code: 'bad_message', attempts: 1 }]);
    expect(handled.slice(1)).toEqual([['a'], ['b'], ['c']]);
    expect(await committed()).toBe(3);
    expect(reports.map(({ kind }) => kind)).toEqual(['working']);
  });

  it('publishes a copy of it once it is buried, before it is committed', async () => {
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
      order.push(`${value} buried`);
      return copyOf(value);
    };
    await run({ bus: watched, stage: { deadLetter } });
    expect(order).toEqual(['b buried', 'b is dead to dead, 1 committed']);
    expect(await committed()).toBe(2);
  });

  it('publishes copies of those that the stage itself has set aside, before they are committed', async () => {
    const { bus, run, committed } = await scene(['a'], () => {});
    const order: string[] = [];
    const handle: Stage['handle'] = async (messages) =>
      done(messages, { deadLetters: [copyOf('a')], report: () => order.push('told') });
    const watched: EventBus = {
      ...bus,
      publish: async (topic) => {
        order.push(`to ${topic}, ${await committed()} committed`);
        return [];
      },
    };
    await run({ bus: watched, stage: { handle } });
    expect(order).toEqual(['to dead, 0 committed', 'told']);
  });

  it('publishes the copy again where it was broken off before it was committed', async () => {
    const { run, bus, buried, committed } = await scene(
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
    expect([buried.length, await committed()]).toEqual([1, 0]);
    await run();
    expect(await bus.logs('dead')).toEqual([{ partition: 0, start: 0, end: 1 }]);
    expect(await committed()).toBe(1);
  });

  it('buries each of several', async () => {
    const { run, buried } = await scene(
      ['a', 'b', 'c', 'd'],
      failing('undecodable', (value) => value !== 'c'),
    );
    await run();
    expect(buried.map(({ value }) => value)).toEqual(['a', 'b', 'd']);
  });

  it('leaves it uncommitted where it is told to stop while it buries', async () => {
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

describe('where a bug of ours is to blame', () => {
  const bug: Deed = (value) => {
    if (value === 'b') throw new TypeError('x is undefined');
  };

  it('tries three times, buries the message and goes on', async () => {
    const { run, buried, handled, committed } = await scene(['a', 'b', 'c'], bug);
    await run();
    expect(buried).toEqual([{ value: 'b', code: 'internal', attempts: 3 }]);
    expect(handled.filter((values) => values[0] === 'b')).toHaveLength(3);
    expect(await committed()).toBe(3);
  });

  it('buries nothing where the third try goes well', async () => {
    const { run, buried, handled, committed } = await scene(['a'], (_, attempt) => {
      if (attempt < 3) throw new TypeError('x is undefined');
    });
    await run();
    expect(buried).toEqual([]);
    expect(handled).toHaveLength(3);
    expect(await committed()).toBe(1);
  });

  it('passes the stack on with the error', async () => {
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

describe('what does not heal', () => {
  it.each(['catalog_damaged', 'foreign_message', 'object_conflict', 'bus_differs'] as const)(
    'stops the stage uncommitted: %s',
    async (code) => {
      const { run, buried, committed } = await scene(
        ['a', 'b'],
        failing(code, (value) => value === 'b'),
      );
      await expect(run()).rejects.toMatchObject({ code, message: 'for b' });
      expect(buried).toEqual([]);
      expect(await committed()).toBe(0);
    },
  );

  it('stops it also where it shows itself at another try of a bug', async () => {
    const { run, buried, committed } = await scene(['a'], (_, attempt) => {
      throw attempt === 1 ? new TypeError('x is undefined') : new ImgpipeError('catalog_damaged', 'damaged');
    });
    await expect(run()).rejects.toMatchObject({ code: 'catalog_damaged' });
    expect(buried).toEqual([]);
    expect(await committed()).toBe(0);
  });
});

describe('a partition that is another consumer’s by now', () => {
  it('is left at the next message, uncommitted', async () => {
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
