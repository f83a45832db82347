import { describe, expect, it } from 'vitest';
import {
  createMemoryCatalog,
  type MemoryCatalog,
  newMemoryCatalogState,
} from '../../../src/adapters/memory/catalog.ts';
import { Stopped } from '../../../src/domain/errors.ts';
import type { Report } from '../../../src/domain/reports.ts';
import { lockStream, lockThreshold, techniqueLockName } from '../../../src/stages/locks/acquire-lock.ts';
import { levels } from '../../support/samples.ts';

const T = 'l2@2';
const signal = new AbortController().signal;

/** The catalogs of two processes. */
function twoCatalogs(): [MemoryCatalog, MemoryCatalog] {
  const state = newMemoryCatalogState();
  return [createMemoryCatalog(state), createMemoryCatalog(state)];
}

describe('the threshold of a technique', () => {
  const lock = (catalog: MemoryCatalog, threshold: number, as: string) =>
    lockThreshold(catalog, T, levels(threshold), { as, signal });

  it('is shared by analyzers that use the same one', async () => {
    const [one, two] = twoCatalogs();
    await lock(one, 2.5, 'the first');
    await lock(two, 2.5, 'the second');
    expect(await one.thresholds()).toEqual(new Map([[T, levels(2.5)]]));
  });

  it('is refused if a running analyzer uses another; the error names that analyzer and how to continue', async () => {
    const [one, two] = twoCatalogs();
    await lock(one, 0, 'imgpipe analyze (process 7)');
    await expect(lock(two, 5, 'the second')).rejects.toMatchObject({
      code: 'threshold_disagrees',
      message:
        'threshold: imgpipe analyze (process 7) uses 0 for l2@2, not 5: use --threshold 0, or stop all its analyzers and start them with --threshold 5',
    });
    expect(await two.thresholds()).toEqual(new Map([[T, levels(0)]]));
  });

  it('can be changed once every analyzer has ended', async () => {
    const [one, two] = twoCatalogs();
    const [first, second] = [await lock(one, 0, 'a'), await lock(one, 0, 'b')];
    await first.release();
    await expect(lock(two, 5, 'c')).rejects.toMatchObject({ code: 'threshold_disagrees' });
    await second.release();
    await lock(two, 5, 'c');
    expect(await one.thresholds()).toEqual(new Map([[T, levels(5)]]));
  });

  it('is not refused because of an analyzer that has just ended', async () => {
    const [one, two] = twoCatalogs();
    await one.setThreshold(T, levels(0));
    let lockCalls = 0;
    const late: MemoryCatalog = {
      ...two,
      lock: async (name, as, mode) => {
        lockCalls += 1;
        return lockCalls === 1 ? { holder: 'an analyzer that ends' } : two.lock(name, as, mode);
      },
    };
    await lock(late, 5, 'c');
    expect(await one.thresholds()).toEqual(new Map([[T, levels(5)]]));
  });

  it('is agreed on by several analyzers that start concurrently', async () => {
    const [one, two] = twoCatalogs();
    await Promise.all([one, two, one, two].map((catalog) => lock(catalog, 3, 'one of four')));
    expect(await one.thresholds()).toEqual(new Map([[T, levels(3)]]));
  });

  it('is not waited for after the signal', async () => {
    const [one, two] = twoCatalogs();
    await one.lock(techniqueLockName(T), 'another analyzer');
    const stop = new AbortController();
    const waiting = lockThreshold(two, T, levels(0), { as: 'this', signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toBeInstanceOf(Stopped);
  });
});

describe('the lock of a stream', () => {
  it('is waited for while another holds it; the wait and the acquisition are reported once each', async () => {
    const [one, two] = twoCatalogs();
    const held = await lockStream(one, 'sky', { as: 'the first', signal });
    const reports: Report[] = [];
    let lockCalls = 0;
    const asking: MemoryCatalog = {
      ...two,
      lock: async (name, as, mode) => {
        lockCalls += 1;
        if (lockCalls === 6) await held.release();
        return two.lock(name, as, mode);
      },
    };
    const onReport = (report: Report) => reports.push(report);
    await lockStream(asking, 'sky', { as: 'the second', signal, onReport });
    expect(reports).toEqual([
      { kind: 'standing_by', stage: 'receive', holder: 'the first' },
      { kind: 'working', stage: 'receive' },
    ]);
  });

  it('is acquired at once if it is free, without a report', async () => {
    const [one, two] = twoCatalogs();
    await lockStream(one, 'sky', { as: 'the first', signal });
    const reports: Report[] = [];
    await lockStream(two, 'sea', { as: 'the second', signal, onReport: (report) => reports.push(report) });
    expect(reports).toEqual([]);
  });

  it('is not waited for after the signal', async () => {
    const [one, two] = twoCatalogs();
    await lockStream(one, 'sky', { as: 'the first', signal });
    const stop = new AbortController();
    const onReport = () => stop.abort();
    const waiting = lockStream(two, 'sky', { as: 'the second', signal: stop.signal, onReport });
    await expect(waiting).rejects.toBeInstanceOf(Stopped);
  });
});
