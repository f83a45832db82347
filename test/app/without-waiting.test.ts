import { describe, expect, test } from 'vitest';
import { withoutWaiting } from '../../src/app/without-waiting.ts';
import { aborted } from '../../src/base/deadlines.ts';
import { ImgpipeError, Stopped } from '../../src/domain/errors.ts';
import type { Report } from '../../src/domain/reports.ts';

const FULL = new ImgpipeError('disk_full', 'the disk is full');
const MISSING = new ImgpipeError('object_missing', 'no such picture');

/** Runs a stage that makes a report, and ends as told once it is stopped. */
function stage(report: Report, ends: 'throws' | 'resolves' | 'fails', signal = new AbortController().signal) {
  const reports: Report[] = [];
  const result = withoutWaiting({ signal, onReport: (each) => reports.push(each) }, async (options) => {
    options.onReport?.(report);
    await Promise.race([aborted(options.signal), new Promise((resolve) => setTimeout(resolve, 50))]);
    if (!options.signal.aborted) return 'went on';
    if (ends === 'fails') throw new ImgpipeError('catalog_damaged', 'worse');
    if (ends === 'throws') throw new Stopped();
    return 'stopped';
  });
  return { result, reports };
}

describe('a stage that is not allowed to wait', () => {
  test.each(['throws', 'resolves'] as const)(
    'stops with the error that it would wait for, if it then %s',
    async (ends) => {
      const { result, reports } = stage({ kind: 'waiting', stage: 'receive', error: FULL }, ends);
      await expect(result).rejects.toBe(FULL);
      expect(reports).toEqual([]);
    },
  );

  test('stops where it would stand by, and names who is at work', async () => {
    const named = stage({ kind: 'standing_by', stage: 'receive', holder: 'imgpipe receive (process 7)' }, 'throws');
    await expect(named.result).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringMatching(
        /^receive would have to stand by, because imgpipe receive \(process 7\) is at work: /,
      ),
    });
    await expect(stage({ kind: 'standing_by', stage: 'alert' }, 'resolves').result).rejects.toMatchObject({
      code: 'in_use',
    });
  });

  test('goes on after other reports, and where a wait ends by itself', async () => {
    const missing: Report = { kind: 'waiting', stage: 'analyze', error: MISSING };
    for (const report of [missing, { kind: 'working', stage: 'analyze' } as const]) {
      const { result, reports } = stage(report, 'throws');
      expect(await result).toBe('went on');
      expect(reports).toEqual([report]);
    }
  });

  test('fails with a worse error that follows', async () => {
    const { result } = stage({ kind: 'waiting', stage: 'receive', error: FULL }, 'fails');
    await expect(result).rejects.toMatchObject({ code: 'catalog_damaged' });
  });

  test('that is stopped by its caller throws Stopped', async () => {
    const { result } = stage({ kind: 'working', stage: 'receive' }, 'throws', AbortSignal.abort());
    await expect(result).rejects.toBeInstanceOf(Stopped);
  });
});
