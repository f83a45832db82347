import { describe, expect, it } from 'vitest';
import { isInLog, willBeDelivered } from '../../src/domain/record-positions.ts';
import { positionAt } from '../support/samples.ts';

const LOGS = [
  { partition: 0, start: 10, end: 20 },
  { partition: 1, start: 0, end: 5 },
];

describe('the position of a message', () => {
  it.each([
    [9, 0, false],
    [10, 0, true],
    [19, 0, true],
    [20, 0, false],
    [4, 1, true],
    [10, 1, false],
    [4, 2, false],
  ])('offset %i of partition %i is within the logs: %s', (offset, partition, within) => {
    expect(isInLog(positionAt(offset, { partition }), 'embedded', LOGS)).toBe(within);
  });

  it('is in no log of another bus', () => {
    expect(isInLog(positionAt(10), 'kafka', LOGS)).toBe(false);
    expect(willBeDelivered(positionAt(10), 'kafka', LOGS, new Map())).toBe(false);
  });

  it.each([
    [14, false],
    [15, true],
    [19, true],
    [20, false],
  ])('offset %i will be delivered if it is in the log at or after the committed offset: %s', (offset, delivered) => {
    const committed = new Map([
      [0, 15],
      [1, 0],
    ]);
    expect(willBeDelivered(positionAt(offset), 'embedded', LOGS, committed)).toBe(delivered);
  });

  it('will be delivered from the log’s start if its partition has no committed offset', () => {
    expect(willBeDelivered(positionAt(10), 'embedded', LOGS, new Map([[1, 5]]))).toBe(true);
    expect(willBeDelivered(positionAt(9), 'embedded', LOGS, new Map())).toBe(false);
  });
});
