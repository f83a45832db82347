import type { Mask } from '../mask.ts';
import { type Bounds, bands } from './bands.ts';
import { BLOCK } from './blocks.ts';
import type { NoiseModel } from './noise-model.ts';
import type { PhotonNoise } from './photon-noise.ts';
import type { Plane } from './planes.ts';
import { STRONG, WEAK } from './region-accumulator.ts';

/** The thresholds of strong and weak pixels, in standard deviations of the smoothed noise. */
const STRONG_SIGMAS = 6.5;
const WEAK_SIGMAS = 2.5;
/** The threshold of weak pixels, as a fraction of the JPEG tolerance. */
const WEAK_TOLERANCE = 0.4;

/** A luma plane of differences, and the bounds to compare it to. */
interface BoundedPlane {
  readonly luma: Plane;
  readonly width: number;
  readonly height: number;
  readonly bounds: Bounds;
}

/** Marks each pixel as weak, strong or neither (0); `undefined` if there is no strong pixel. */
export function markPixels(width: number, model: NoiseModel, mask?: Mask): Uint8Array | undefined {
  const { luma } = model;
  const height = luma.length / width;
  const marks = new Uint8Array(luma.length);
  const bounds = boundsOf(model);
  let anyStrong = false;
  for (let band = 0; band * BLOCK < height; band++) {
    if (bands(luma).threshold(luma, width, band, bounds, marks)) anyStrong = true;
  }
  const lastBlock = BLOCK * Math.floor((width - 1) / BLOCK);
  const plane = { luma, width, height, bounds };
  for (let y = 0; y < height; y++) {
    const isWhole = y === 0 || y === height - 1 || lastBlock === 0;
    if (markBorder(plane, y, 0, isWhole ? width : BLOCK, marks)) anyStrong = true;
    if (!isWhole && markBorder(plane, y, lastBlock, width, marks)) anyStrong = true;
  }
  if (anyStrong && model.photons !== undefined) anyStrong = unmarkNoise(plane, model, model.photons, marks);
  if (!anyStrong) return undefined;
  if (mask !== undefined) clearMasked(marks, mask.included);
  return marks;
}

function boundsOf({ centre, sigma, level, tolerance }: NoiseModel): Bounds {
  const weak = new Float64Array(tolerance.luma.length);
  const strong = new Float64Array(weak.length);
  for (let block = 0; block < weak.length; block++) {
    const allowed = (tolerance.luma[block] as number) * level;
    // All pixels of a block whose colour has changed are strong.
    const isRecoloured = tolerance.recoloured[block] === 1;
    weak[block] = isRecoloured ? -1 : Math.max(WEAK_SIGMAS * sigma, WEAK_TOLERANCE * allowed);
    strong[block] = isRecoloured ? -1 : Math.max(STRONG_SIGMAS * sigma, allowed);
  }
  return { centre, weak, strong };
}

/**
 * Marks the pixels from `start` up to `end` of row `y`, whose neighbourhood may extend beyond the picture. A mean of n
 * < 9 pixels has √(9 / n) times the noise. Returns whether any pixel is strong.
 */
function markBorder(plane: BoundedPlane, y: number, start: number, end: number, marks: Uint8Array): boolean {
  const { width, bounds } = plane;
  const firstBlock = Math.floor(y / BLOCK) * Math.ceil(width / BLOCK);
  let anyStrong = false;
  for (let x = start; x < end; x++) {
    const magnitude = magnitudeAt(plane, x, y);
    const block = firstBlock + Math.floor(x / BLOCK);
    if (magnitude <= (bounds.weak[block] as number)) continue;
    const isStrong = magnitude > (bounds.strong[block] as number);
    marks[y * width + x] = isStrong ? STRONG : WEAK;
    if (isStrong) anyStrong = true;
  }
  return anyStrong;
}

/** How far the 3 × 3 sum is from the centre, scaled to the noise of nine pixels. */
function magnitudeAt({ luma, width, height, bounds }: BoundedPlane, x: number, y: number): number {
  const [top, bottom] = [Math.max(y - 1, 0), Math.min(y + 2, height)];
  const [left, right] = [Math.max(x - 1, 0), Math.min(x + 2, width)];
  let sum = 0;
  for (let row = top; row < bottom; row++) {
    for (let at = row * width + left; at < row * width + right; at++) sum += luma[at] as number;
  }
  const pixels = (bottom - top) * (right - left);
  return Math.abs((sum * 9) / pixels - bounds.centre) * Math.sqrt(pixels / 9);
}

/**
 * Removes marks that the noise of bright pixels explains, except in blocks whose colour has changed. Returns whether any
 * pixel is still strong.
 */
function unmarkNoise(plane: BoundedPlane, model: NoiseModel, photons: PhotonNoise, marks: Uint8Array): boolean {
  const { width } = plane;
  const across = Math.ceil(width / BLOCK);
  let anyStrong = false;
  for (let pixel = 0; pixel < marks.length; pixel++) {
    if (marks[pixel] === 0) continue;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    if (model.tolerance.recoloured[Math.floor(y / BLOCK) * across + Math.floor(x / BLOCK)] === 0) {
      const sigmas = magnitudeAt(plane, x, y) / Math.sqrt(model.sigma ** 2 + photons.varianceAt(x, y));
      if (sigmas <= WEAK_SIGMAS) marks[pixel] = 0;
      else if (sigmas <= STRONG_SIGMAS) marks[pixel] = WEAK;
    }
    if (marks[pixel] === STRONG) anyStrong = true;
  }
  return anyStrong;
}

function clearMasked(marks: Uint8Array, included: Uint8Array): void {
  for (let pixel = 0; pixel < marks.length; pixel++) {
    if (included[pixel] === 0) marks[pixel] = 0;
  }
}
