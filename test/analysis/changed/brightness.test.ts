import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beyond } from '../../../src/analysis/changed/brightness.ts';

const level = fc.nat(255);
const offset = fc.integer({ min: -40, max: 40 });

describe('what two levels differ by beyond an offset', () => {
  it('is what is left of the difference where nothing comes to an end of the range', () => {
    expect(beyond(10, 100, 110)).toBe(0);
    expect(beyond(10, 100, 130)).toBe(20);
    expect(beyond(-10, 100, 70)).toBe(-20);
  });

  it('is nothing where a level is held at an end', () => {
    expect([beyond(10, 250, 255), beyond(10, 255, 255), beyond(-10, 5, 0), beyond(-10, 255, 255)]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(beyond(10, 250, 245)).toBe(-10);
  });

  it('is nothing for the same scene, clipped or not, and the opposite for the opposite', () => {
    fc.assert(
      fc.property(level, offset, (scene, by) => {
        expect(beyond(by, scene, Math.max(0, Math.min(255, scene + by)))).toBe(0);
      }),
    );
    fc.assert(
      fc.property(level, level, offset, (before, after, by) => {
        expect(beyond(-by, after, before) + beyond(by, before, after)).toBe(0);
      }),
    );
  });

  it('never exceeds the difference without the offset', () => {
    fc.assert(
      fc.property(level, level, offset, (before, after, by) => {
        expect(Math.abs(beyond(by, before, after))).toBeLessThanOrEqual(Math.abs(after - before - by));
      }),
    );
  });
});
