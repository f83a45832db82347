import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { residual } from '../../../src/analysis/changed/planes.ts';

const level = fc.nat(255);
const offset = fc.integer({ min: -40, max: 40 });

describe('the residual of two levels after a brightness offset', () => {
  it('is the difference minus the offset if nothing is clipped', () => {
    expect(residual(10, 100, 110)).toBe(0);
    expect(residual(10, 100, 130)).toBe(20);
    expect(residual(-10, 100, 70)).toBe(-20);
  });

  it('is 0 for a level that is clipped', () => {
    expect([residual(10, 250, 255), residual(10, 255, 255), residual(-10, 5, 0), residual(-10, 255, 255)]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(residual(10, 250, 245)).toBe(-10);
  });

  it('is 0 for the same scene, clipped or not, and antisymmetric', () => {
    fc.assert(
      fc.property(level, offset, (scene, by) => {
        expect(residual(by, scene, Math.max(0, Math.min(255, scene + by)))).toBe(0);
      }),
    );
    fc.assert(
      fc.property(level, level, offset, (before, after, by) => {
        expect(residual(-by, after, before) + residual(by, before, after)).toBe(0);
      }),
    );
  });

  it('never exceeds the difference minus the offset', () => {
    fc.assert(
      fc.property(level, level, offset, (before, after, by) => {
        expect(Math.abs(residual(by, before, after))).toBeLessThanOrEqual(Math.abs(after - before - by));
      }),
    );
  });
});
