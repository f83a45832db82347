import { describe, expect, it } from 'vitest';
import { deliverableOf, isDeliverable } from '../../src/domain/record-positions.ts';
import { positionAt } from '../support/samples.ts';

const LOGS = [
  { partition: 0, start: 10, end: 20 },
  { partition: 1, start: 0, end: 5 },
];

describe('a group without committed offsets', () => {
  const all = deliverableOf('embedded', LOGS, undefined);

  it.each([
    [9, 0, false],
    [10, 0, true],
    [19, 0, true],
    [20, 0, false],
    [4, 1, true],
    [10, 1, false],
    [4, 2, false],
  ])('is delivered what the logs have: offset %i of partition %i: %s', (offset, partition, delivered) => {
    expect(isDeliverable(positionAt(offset, { partition }), all)).toBe(delivered);
  });

  it('is delivered nothing from another bus, and nothing without a position', () => {
    expect(isDeliverable(positionAt(10, { bus: 'kafka' }), all)).toBe(false);
    expect(isDeliverable(null, all)).toBe(false);
  });

  it('is delivered nothing while the topic has no partition or no message', () => {
    expect(isDeliverable(positionAt(0), deliverableOf('embedded', [], undefined))).toBe(false);
    const empty = [{ partition: 0, start: 3, end: 3 }];
    for (const offset of [2, 3]) {
      expect(isDeliverable(positionAt(offset), deliverableOf('embedded', empty, new Map()))).toBe(false);
    }
  });
});

describe('a group with committed offsets', () => {
  it.each([
    [14, false],
    [15, true],
    [19, true],
    [20, false],
  ])('is delivered offset %i if it is in the log and not below the committed one: %s', (offset, delivered) => {
    const committed = new Map([
      [0, 15],
      [1, 0],
    ]);
    expect(isDeliverable(positionAt(offset), deliverableOf('embedded', LOGS, committed))).toBe(delivered);
  });

  it('is delivered a partition without a committed offset from the start of its log', () => {
    const deliverable = deliverableOf('embedded', LOGS, new Map([[1, 5]]));
    expect(isDeliverable(positionAt(10), deliverable)).toBe(true);
    expect(isDeliverable(positionAt(9), deliverable)).toBe(false);
    expect(isDeliverable(positionAt(4, { partition: 1 }), deliverable)).toBe(false);
  });

  it('is delivered nothing below the start of the log, however low its committed offset is', () => {
    const deliverable = deliverableOf('embedded', LOGS, new Map([[0, 2]]));
    expect([9, 10].map((offset) => isDeliverable(positionAt(offset), deliverable))).toEqual([false, true]);
  });

  it.each([
    [20, false],
    [21, true],
  ])('that has committed offset %i of a log that ends at 20 is delivered the whole log: %s', (next, delivered) => {
    const deliverable = deliverableOf('embedded', LOGS, new Map([[0, next]]));
    expect(isDeliverable(positionAt(10), deliverable)).toBe(delivered);
  });
});
