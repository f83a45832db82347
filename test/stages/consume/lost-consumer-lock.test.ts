import { describe, expect, it } from 'vitest';
import { createMemoryLocks } from '../../../src/adapters/memory/locks.ts';
import { createEmbeddedBus } from '../../../src/adapters/sqlite/event-bus.ts';
import type { Message } from '../../../src/domain/messages.ts';
import type { Report } from '../../../src/domain/reports.ts';
import type { EventBus, ReceivedMessage } from '../../../src/ports/event-bus.ts';
import { consume, type Stage } from '../../../src/stages/consume/consume.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LOCK = 'consumer-in-g';

/** Two embedded buses on one log, whose locks can be lost. */
async function twoBuses() {
  const { db } = await openSqlite(temporaryFolder());
  const locks = createMemoryLocks(new Map());
  const buses = [createEmbeddedBus(db, locks, 'the first'), createEmbeddedBus(db, locks, 'the second')] as const;
  const messages: Message[] = ['a', 'b', 'c'].map((value) => ({ key: 'k', headers: {}, value }));
  await buses[0].publish('in', messages);
  return { buses, lose: () => locks.lose(LOCK) };
}

/** A stage that handles one message at a time. */
function stageThat(handle: (value: string) => Promise<void>): Stage {
  return {
    name: 'alert',
    topic: 'in',
    group: 'g',
    publishesTo: undefined,
    deadLettersTo: 'dead',
    handle: async ([message]: readonly ReceivedMessage[]) => {
      await handle(message?.value ?? '');
      return { handledCount: 1, publish: [], deadLetters: [], recordPositions: async () => {}, report: () => {} };
    },
    deadLetter: async ({ key, headers, value }) => ({ key, headers, value }),
  };
}

async function committed(bus: EventBus): Promise<number> {
  return (await bus.committed('in', 'g')).get(0) ?? 0;
}

describe('a consumer of the embedded bus that loses the lock of its group', () => {
  it('commits nothing without it, acquires it again and handles the rest', async () => {
    const { buses, lose } = await twoBuses();
    const [bus] = buses;
    const handled: string[] = [];
    const reports: Report[] = [];
    const stage = stageThat(async (value) => {
      handled.push(value);
      if (handled.length === 2) lose();
    });
    const onReport = (report: Report) => void reports.push(report);
    await consume(stage, { bus, signal: new AbortController().signal, drain: true, onReport });
    expect(handled).toEqual(['a', 'b', 'b', 'c']);
    expect(reports.map(({ kind }) => kind)).toEqual(['working', 'lock_lost', 'working']);
    expect(reports[1]).toEqual({ kind: 'lock_lost', stage: 'alert', lock: LOCK });
    expect(await committed(bus)).toBe(3);
  });

  it('stays on standby while another consumer has it', async () => {
    const { buses, lose } = await twoBuses();
    const [first, second] = buses;
    const handled: string[] = [];
    const reports: Report[] = [];
    const signal = new AbortController().signal;
    let takingOver: Promise<void> | undefined;
    const stop = new AbortController();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = stageThat(async (value) => {
      handled.push(`second ${value}`);
      await released;
    });
    const stage = stageThat(async (value) => {
      handled.push(`first ${value}`);
      if (value !== 'a') return;
      lose();
      takingOver = consume(other, { bus: second, signal: stop.signal, drain: false });
      await expect.poll(() => handled).toContain('second a');
    });
    const onReport = (report: Report) => {
      reports.push(report);
      if (report.kind !== 'standing_by') return;
      stop.abort();
      release();
    };
    await consume(stage, { bus: first, signal, drain: true, onReport });
    await takingOver;
    expect(handled).toEqual(['first a', 'second a', 'first b', 'first c']);
    expect(reports.map(({ kind }) => kind)).toEqual(['working', 'lock_lost', 'standing_by', 'working']);
    expect(await committed(first)).toBe(3);
  });
});
