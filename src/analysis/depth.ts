import type { Pixels } from './pixels.ts';

/** Samples of 8 or 16 bits. */
export type Samples = Uint8Array | Uint16Array;

/** The 16-bit samples in one level: white is 255 levels, and 65,535 = 255 · 257. */
export const SAMPLES_PER_LEVEL = 257;

/** A picture's samples of one depth, RGB interleaved. */
export interface SampledPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Samples;
}

/** How many units of a picture's samples make one level. */
export function samplesPerLevel({ data }: Pick<SampledPicture, 'data'>): number {
  return data instanceof Uint16Array ? SAMPLES_PER_LEVEL : 1;
}

/** Whether two pictures are compared on the scale of 16 bits: if at least one of them has 16-bit samples. */
export function isDeepPair(reference: Pixels, image: Pixels): boolean {
  return reference.samples16 !== undefined || image.samples16 !== undefined;
}

/**
 * The samples of a picture from index `from` up to `to`, on the scale of 16 bits: a view of 16-bit samples, or a copy of
 * 8-bit ones, of which s counts as 257 · s.
 */
export function samples16Of({ data, samples16 }: Pixels, from = 0, to = data.length): Uint16Array {
  if (samples16 !== undefined) return samples16.subarray(from, to);
  const widened = new Uint16Array(to - from);
  for (let at = from; at < to; at++) widened[at - from] = (data[at] as number) * SAMPLES_PER_LEVEL;
  return widened;
}
