import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFloodGuard } from '../../src/cli/flood-guard.ts';
import type { Report } from '../../src/domain/reports.ts';
import { deadLetter, positionAt } from '../support/samples.ts';

function guard() {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  return { lines, floods: createFloodGuard({ error: print, notice: print }, { maxShown: 3, sumUpMs: 50 }) };
}

function ofMessage(offset: number, stage: 'analyze' | 'alert' = 'analyze'): Report {
  return { kind: 'dead_letter', letter: deadLetter({ stage, position: positionAt(offset) }), origin: undefined };
}

const OF_IMAGE: Report = {
  kind: 'dead_letter',
  letter: deadLetter({ image: { stream: 'sky', number: 1 }, technique: 'l2@2' }),
  origin: 'a.jpg',
};
const FORMER: Report = { kind: 'skipped_former', stage: 'alert' };

describe('a flood of reports', () => {
  it('about messages of strangers is printed at first, then counted, and summed up at the end', () => {
    const { floods, lines } = guard();
    const printed = Array.from({ length: 3000 }, (_, offset) => floods.admits(ofMessage(offset)));
    expect(printed.filter((each) => each)).toHaveLength(3);
    expect(floods.admits(ofMessage(1, 'alert'))).toBe(true);
    floods.close();
    expect(lines).toEqual(["analyze: 2997 more messages are now dead letters, see 'imgpipe dead list'"]);
  });

  it('is summed up now and then while it lasts, and printed again after a quiet time', async () => {
    const { floods, lines } = guard();
    onTestFinished(() => floods.close());
    for (let count = 0; count < 4; count += 1) floods.admits(FORMER);
    await vi.waitFor(() => expect(lines).toEqual(['alert: skipped 1 more message from before the last clean']));
    await vi.waitFor(() => expect(floods.admits(FORMER)).toBe(true), { interval: 100 });
  });

  it('about messages that are in no catalog is told in one line at the end', () => {
    const { floods, lines } = guard();
    const report: Report = { kind: 'skipped_stale', stage: 'analyze' };
    for (let count = 0; count < 12; count += 1) expect(floods.admits(report)).toBe(false);
    floods.close();
    expect(lines).toEqual([
      'analyze: skipped 12 messages about images that are not in the catalog: it was restored from a backup, or another program published them',
    ]);
  });

  it('is not one where each report is about an image', () => {
    const { floods, lines } = guard();
    for (let count = 0; count < 20; count += 1) expect(floods.admits(OF_IMAGE)).toBe(true);
    floods.close();
    expect(lines).toEqual([]);
  });
});
