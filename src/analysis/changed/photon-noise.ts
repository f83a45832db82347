import { createHistogram, spreadOf } from './histogram.ts';
import { LUMA_PER_SAMPLE, LUMA_WEIGHTS, type Pair, type Plane } from './planes.ts';

/** The noise that grows with brightness, as the number of photons varies more where there are many. */
export interface PhotonNoise {
  /** How much larger than that of the background the variance of a pixel's 3 × 3 sum is. */
  varianceAt(x: number, y: number): number;
}

/** The noise of the background: the standard deviation of the 3 × 3 sums of the luma, from every `step`-th row. */
interface Background {
  readonly luma: Plane;
  readonly sigma: number;
  readonly step: number;
}

/** The noise is estimated from at least so many pixels that are brighter than the background. */
const MIN_BRIGHT = 16;
/** Less is the background's own noise, in standard deviations of a pixel's difference. */
const BRIGHT_SIGMAS = 5;
/** The median of the square of a variable with a standard normal distribution: (Φ⁻¹(3/4))². */
const MEDIAN_SQUARE = 0.4549;
/**
 * In white noise, the variance of 9 · D - S divided by that of S, the sum of D over 3 × 3 pixels: (8² + 8) / 9. An object
 * that appears or becomes brighter is smooth, and hardly shows in 9 · D - S.
 */
const SHARP_PER_SMOOTH = 8;

/**
 * Estimates how the noise grows with brightness; `undefined` if it does not, or if hardly anything is bright. The
 * brightness of a pixel is that of the darker picture, so that an object that appears is not taken for bright ground.
 */
export function createPhotonNoise(pair: Pair, { luma, sigma, step }: Background): PhotonNoise | undefined {
  const { width, height } = pair.image;
  const background = medianBrightness(pair, step) + (BRIGHT_SIGMAS * sigma) / 3;

  /** The brightness beyond the background in the brightest of the 3 × 3 pixels; 0 if there is none. */
  function excessAt(x: number, y: number): number {
    let brightest = background;
    for (let row = Math.max(0, y - 1); row < Math.min(y + 2, height); row++) {
      for (let column = Math.max(0, x - 1); column < Math.min(x + 2, width); column++) {
        brightest = Math.max(brightest, darkerLuma(pair, row * width + column));
      }
    }
    return brightest - background;
  }

  const ratios: number[] = [];
  for (let y = step; y < height - 1; y += step) {
    for (let x = 1; x < width - 1; x++) {
      const pixel = y * width + x;
      if (pair.mask?.included[pixel] === 0 || darkerLuma(pair, pixel) <= background) continue;
      ratios.push(sharpnessAt(luma, width, pixel) ** 2 / excessAt(x, y));
    }
  }
  if (ratios.length < MIN_BRIGHT) return undefined;
  const median = Float64Array.from(ratios).sort()[ratios.length >> 1] as number;
  const perBrightness = median / (MEDIAN_SQUARE * SHARP_PER_SMOOTH);
  return { varianceAt: (x, y) => perBrightness * excessAt(x, y) };
}

/** 9 · D - S at a pixel that is not at the border. */
function sharpnessAt(luma: Plane, width: number, pixel: number): number {
  let sum = 0;
  for (let row = pixel - width; row <= pixel + width; row += width) {
    sum += (luma[row - 1] as number) + (luma[row] as number) + (luma[row + 1] as number);
  }
  return 9 * (luma[pixel] as number) - sum;
}

function medianBrightness(pair: Pair, step: number): number {
  const { width, height } = pair.image;
  const histogram = createHistogram(0, 65_535);
  for (let y = 0; y < height; y += step) {
    for (let pixel = y * width; pixel < (y + 1) * width; pixel++) {
      if (pair.mask?.included[pixel] === 0) continue;
      (histogram.counts[Math.floor(darkerLuma(pair, pixel) / LUMA_PER_SAMPLE)] as number)++;
    }
  }
  return spreadOf(histogram).median * LUMA_PER_SAMPLE;
}

/** The luma of a pixel in the picture in which it is darker, in 64ths of a sample's unit. */
function darkerLuma({ reference, image }: Pair, pixel: number): number {
  const [red, green, blue] = LUMA_WEIGHTS;
  const at = 3 * pixel;
  const of = ({ data }: Pair['image']) =>
    red * (data[at] as number) + green * (data[at + 1] as number) + blue * (data[at + 2] as number);
  return Math.min(of(reference), of(image));
}
