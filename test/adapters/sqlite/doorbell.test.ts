import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createDoorbell, listenTo } from '../../../src/adapters/sqlite/doorbell.ts';
import type { Chunk } from '../../../src/ports/event-bus.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { startUntilTestEnds } from '../../support/start-until-test-ends.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Polling is disabled here: a listener is woken by a notification or by its signal. */
vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof import('node:timers/promises')>();
  const untilAborted = (signal: AbortSignal | undefined) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  const setTimeout: typeof real.setTimeout = (ms, value, options) =>
    ms !== undefined && ms >= 100 ? (untilAborted(options?.signal) as never) : real.setTimeout(ms, value, options);
  return { ...real, setTimeout };
});

const NEVER = new AbortController().signal;

function openListener(file: string) {
  const listener = listenTo(file);
  onTestFinished(() => listener.close());
  return listener;
}

describe('a doorbell', () => {
  it.skipIf(process.platform !== 'linux')('wakes another process at each notification', async () => {
    const file = path.join(temporaryFolder(), 'topic.bell');
    const listener = openListener(file);
    const other = startUntilTestEnds('notify-doorbell.ts', [file]);
    await other.until(/ready/);
    for (let count = 0; count < 3; count += 1) {
      const woken = listener.wait(NEVER);
      other.child.kill('SIGUSR2');
      await woken;
    }
  });

  it('keeps a notification for a listener that does not wait yet', async () => {
    const file = path.join(temporaryFolder(), 'topic.bell');
    const listener = openListener(file);
    const bell = createDoorbell(file);
    const first = listener.wait(NEVER);
    bell.notify();
    await first;
    bell.close();
  });

  it('notifies at the end of the turn, and at the latest when it is closed', async () => {
    const file = path.join(temporaryFolder(), 'topic.bell');
    const bell = createDoorbell(file);
    bell.notify();
    await Promise.resolve();
    expect(existsSync(file)).toBe(false);
    await nextTurn();
    expect(readFileSync(file, 'utf8')).toBe('!');
    rmSync(file);
    bell.close();
    const last = createDoorbell(file);
    last.notify();
    last.close();
    expect(existsSync(file)).toBe(true);
  });

  it('releases a listener when its signal aborts', async () => {
    const listener = openListener(path.join(temporaryFolder(), 'topic.bell'));
    const stop = new AbortController();
    const waiting = listener.wait(stop.signal);
    stop.abort();
    await waiting;
    await listener.wait(stop.signal);
  });

  it('is notified by publish, and wakes consumers', async () => {
    const { bus } = await openSqlite(temporaryFolder());
    const stop = new AbortController();
    const seen: string[] = [];
    const publish = (value: string) => bus.publish('t', [{ key: 'k', headers: {}, value }]);
    const onChunk = async (chunk: Chunk) => {
      for (const { value, position } of chunk.messages) {
        seen.push(value);
        await chunk.commit(position.offset + 1);
      }
      if (seen.length === 3) stop.abort();
      else setImmediate(() => void publish(String(seen.length)));
    };
    const onNotice = () => void setImmediate(() => void publish('0'));
    await bus.consume({ topic: 't', group: 'g', drain: false, signal: stop.signal, onChunk, onNotice });
    expect(seen).toEqual(['0', '1', '2']);
  });

  it('whose file cannot be created is not an error: consumers poll', async () => {
    const folder = temporaryFolder();
    rmSync(folder, { recursive: true });
    const file = path.join(folder, 'topic.bell');
    const bell = createDoorbell(file);
    expect(() => bell.notify()).not.toThrow();
    bell.close();
    const listener = openListener(file);
    await listener.wait(AbortSignal.abort());
  });
});
