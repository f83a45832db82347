import type { Pixels } from './pixels.ts';

/** Which 16-bit samples are drawn as level 0 and as level 255; those between are scaled linearly, others are clipped. */
export interface Stretch {
  readonly black: number;
  readonly white: number;
}

/** The share of the samples that may be clipped at either end. */
const CLIPPED = 0.001;
const WHOLE_RANGE: Stretch = { black: 0, white: 65_535 };

/**
 * The stretch that makes the darkest 0.1 % of a picture's samples black and the lightest 0.1 % white; the whole range for
 * an 8-bit picture, and for one that has hardly more than one value.
 */
export function stretchOf({ samples16 }: Pixels): Stretch {
  if (samples16 === undefined) return WHOLE_RANGE;
  const counts = new Uint32Array(65_536);
  for (const sample of samples16) (counts[sample] as number)++;
  const clipped = Math.floor(samples16.length * CLIPPED);
  const [black, white] = [nth(counts, clipped, 0, 1), nth(counts, clipped, 65_535, -1)];
  return black < white ? { black, white } : WHOLE_RANGE;
}

/** The sample with `before` others on one side of it, counted from `from` in steps of `by`. */
function nth(counts: Uint32Array, before: number, from: number, by: 1 | -1): number {
  let seen = 0;
  let value = from;
  for (; seen + (counts[value] as number) <= before; value += by) seen += counts[value] as number;
  return value;
}

/** The 8-bit picture that shows a 16-bit one to people; an 8-bit picture is returned as it is. */
export function displayed(pixels: Pixels, { black, white }: Stretch = stretchOf(pixels)): Pixels {
  const { width, height, samples16 } = pixels;
  if (samples16 === undefined) return pixels;
  // Values beyond 0 and 255 are clipped, and fractions rounded, by the array.
  const data = new Uint8ClampedArray(samples16.length);
  for (let at = 0; at < data.length; at++) data[at] = (((samples16[at] as number) - black) * 255) / (white - black);
  return { width, height, data: new Uint8Array(data.buffer) };
}
