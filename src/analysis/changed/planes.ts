import { type SampledPicture, samplesPerLevel } from '../depth.ts';
import type { Mask } from '../mask.ts';

/**
 * The weights of red, green and blue in the luma, in 64ths: JPEG's own (0.299, 0.587, 0.114; ITU-T T.871) rounded to
 * 64ths, so that the loss in JPEG's chroma leaves the luma unchanged.
 */
export const LUMA_WEIGHTS = [19, 38, 7] as const;
const [RED, GREEN, BLUE] = LUMA_WEIGHTS;
/** The units of the luma in one unit of the samples, which is a level in 8-bit pictures. */
export const LUMA_PER_SAMPLE = 64;

/** Differences of pictures: of 8-bit samples, or of 16-bit ones. */
export type Plane = Int16Array | Int32Array;

/** A plane of 0s for the differences of pictures like this one. */
export function createPlane({ data }: Pick<SampledPicture, 'data'>, length: number): Plane {
  return data instanceof Uint16Array ? new Int32Array(length) : new Int16Array(length);
}

/** A row of the differences of two pictures after the brightness offset is removed; 0 where a pixel is masked out. */
export interface PlaneRow {
  /** In 64ths of a sample's unit. */
  readonly luma: Plane;
  /** Chroma: blue - green and red - green, in the samples' unit. */
  readonly blue: Plane;
  readonly red: Plane;
}

/** Two pictures of one size and depth, with the mask and the brightness offsets of their comparison. */
export interface Pair {
  readonly reference: SampledPicture;
  readonly image: SampledPicture;
  readonly mask: Mask | undefined;
  /** The offset of red, green and blue, in whole units of the samples. */
  readonly offsets: readonly number[];
}

/** Computes row `y` of the pair's differences. */
export function fillPlanes({ reference, image, mask, offsets }: Pair, y: number, row: PlaneRow): void {
  const { luma, blue, red } = row;
  const { width } = image;
  const [before, after] = [reference.data, image.data];
  const [offsetRed, offsetGreen, offsetBlue] = offsets as [number, number, number];
  const first = y * width * 3;
  const white = 255 * samplesPerLevel(image);
  if (offsetRed === 0 && offsetGreen === 0 && offsetBlue === 0) {
    for (let x = 0, at = first; x < width; x++, at += 3) {
      const r = (after[at] as number) - (before[at] as number);
      const g = (after[at + 1] as number) - (before[at + 1] as number);
      const b = (after[at + 2] as number) - (before[at + 2] as number);
      luma[x] = RED * r + GREEN * g + BLUE * b;
      blue[x] = b - g;
      red[x] = r - g;
    }
  } else {
    for (let x = 0, at = first; x < width; x++, at += 3) {
      const r = residual(offsetRed, before[at] as number, after[at] as number, white);
      const g = residual(offsetGreen, before[at + 1] as number, after[at + 1] as number, white);
      const b = residual(offsetBlue, before[at + 2] as number, after[at + 2] as number, white);
      luma[x] = RED * r + GREEN * g + BLUE * b;
      blue[x] = b - g;
      red[x] = r - g;
    }
  }
  if (mask !== undefined) clearMasked(mask.included.subarray(y * width, (y + 1) * width), row);
}

function clearMasked(included: Uint8Array, { luma, blue, red }: PlaneRow): void {
  for (let x = 0; x < included.length; x++) {
    if (included[x] === 0) luma[x] = blue[x] = red[x] = 0;
  }
}

/**
 * The difference of two samples that the offset does not explain: image - reference - offset, unless the offset takes a
 * sample past 0 or white. Then both directions are clipped and compared, reference + offset with the image and image -
 * offset with the reference. The result is the difference of the smaller magnitude, or 0 if the two disagree in sign.
 */
export function residual(offset: number, reference: number, image: number, white = 255): number {
  const forth = image - clip(reference + offset, white);
  const back = clip(image - offset, white) - reference;
  if (forth > 0) return back <= 0 ? 0 : Math.min(forth, back);
  return back >= 0 ? 0 : Math.max(forth, back);
}

function clip(sample: number, white: number): number {
  return sample < 0 ? 0 : sample > white ? white : sample;
}
