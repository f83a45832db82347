import { describe, expect, test } from 'vitest';
import { STEPS } from '../../src/index.ts';
import {
  killAtRandomTime,
  killAtStep,
  killReplay,
  killRun,
  killWithStandby,
  stopAtRandomTime,
  stopAtStep,
} from '../support/rounds/fault-rounds.ts';
import type { BusSettings } from '../support/rounds/site.ts';
import { testSite } from '../support/rounds/test-site.ts';

/** The fault tests of the stages, which hold on every bus. */
export function stageFaults(bus: () => BusSettings): void {
  const site = () => testSite(bus());

  describe('a stage that is killed loses nothing, and its restart finishes everything exactly once', () => {
    test.each(STEPS)('killed at %s', async (step) => {
      expect(await killAtStep(site(), step, 1)).toEqual([]);
    });

    test.each([1, 2, 3])('killed at a random time among three running stages, seed %i', async (seed) => {
      expect(await killAtRandomTime(site(), seed)).toEqual([]);
    });

    test.each([1, 2])('imgpipe run killed at a random time and run again, seed %i', async (seed) => {
      expect(await killRun(site(), seed)).toEqual([]);
    });

    test.each([1, 2])('a replay of dead letters killed at a random time and repeated, seed %i', async (seed) => {
      expect(await killReplay(site(), seed)).toEqual([]);
    });

    test('with a second receiver and a second analyzer', async () => {
      expect(await killWithStandby(site(), 1)).toEqual([]);
    });
  });

  describe('a stage that is suspended and resumed does no harm', () => {
    test.each([
      'receive:entered',
      'receive:published',
      'receive:removed',
      'reconcile:published',
      'analyze:entered',
      'alert:ready',
      'replay:marked',
      'replay:published',
    ] as const)('suspended at %s while a second one works or waits', async (step) => {
      expect(await stopAtStep(site(), step)).toEqual([]);
    });

    test('suspended at a random time', async () => {
      expect(await stopAtRandomTime(site(), 1)).toEqual([]);
    });
  });
}
