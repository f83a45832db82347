import { MAX_REGIONS } from '../../domain/records.ts';
import { limitOf, type Threshold } from '../../domain/threshold.ts';
import type { Comparison } from '../../ports/comparator.ts';
import type { CustomTechnique } from '../../ports/technique.ts';
import { haveSameSize, maskedReference, type PixelPair } from './workers/pixel-tasks.ts';

/** Compares two pictures with a program's technique, in this thread. `draw` makes the difference image, or null. */
export async function compareWith(
  technique: Pick<CustomTechnique, 'measure'>,
  pair: PixelPair,
  threshold: Threshold,
  draw: () => Promise<Uint8Array | null>,
): Promise<Comparison> {
  const { image, mask } = pair;
  if (!haveSameSize(pair)) return { kind: 'size_changed', measurement: null, regions: null, difference: await draw() };
  const { measurement, regions = null } = await technique.measure(maskedReference(pair), image, { mask, threshold });
  if (!(measurement > limitOf(threshold, image))) {
    return { kind: 'unchanged', measurement, regions: null, difference: null };
  }
  return {
    kind: 'changed',
    measurement,
    regions: regions && { count: regions.length, first: regions.slice(0, MAX_REGIONS) },
    difference: await draw(),
  };
}
