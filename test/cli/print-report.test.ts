import { describe, expect, test } from 'vitest';
import { printReport } from '../../src/cli/print-report.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { ImgpipeError } from '../../src/domain/errors.ts';
import type { Report } from '../../src/domain/reports.ts';

const error = new ImgpipeError('disk_full', 'the disk is full');

/** Where a report is printed. */
function printed(report: Report): string[] {
  const calls: string[] = [];
  const record = (name: string) => () => calls.push(name);
  const methods = ['result', 'notice', 'warning', 'error', 'progress'];
  const terminal = Object.fromEntries(methods.map((name) => [name, record(name)])) as unknown as Terminal;
  printReport(report, { config: { json: false, verbose: false }, terminal, locate: (key) => key });
  return calls;
}

describe('a report', () => {
  test.each<Report>([
    { kind: 'waiting', stage: 'receive', error },
    { kind: 'resumed', stage: 'receive', afterMs: 1 },
    { kind: 'standing_by', stage: 'analyze', holder: 'another' },
    { kind: 'standing_by', stage: 'alert' },
    { kind: 'joining', stage: 'alert', givesUpAfterMs: 1 },
    { kind: 'lock_lost', stage: 'receive', lock: 'stream-a' },
  ])('of kind $kind is a warning, which --quiet does not drop', (report) => {
    expect(printed(report)).toEqual(['warning']);
  });

  test.each<Report>([
    { kind: 'skipped', origin: 'a.jpg', image: 1 },
    { kind: 'recovered', stream: 'a', images: 1 },
    { kind: 'rebalancing', stage: 'analyze' },
  ])('of kind $kind is a notice, which --quiet drops', (report) => {
    expect(printed(report)).toEqual(['notice']);
  });

  test('of kind rejected is an error', () => {
    expect(printed({ kind: 'rejected', origin: 'a.jpg', error })).toEqual(['error']);
  });
});
