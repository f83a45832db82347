import { createRandom } from '../../bench/scenes/random.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';
import { deepPixels } from './deep-pictures.ts';

interface Star {
  readonly x: number;
  readonly y: number;
  readonly peak: number;
}

export interface Sky {
  /** Of the noise. */
  readonly seed: number;
  readonly stars?: readonly Star[];
  /** The numbers of the camera are stored times this. */
  readonly scale?: number;
  /** How much variance a brighter pixel has for each number above the sky. */
  readonly gain?: number;
  readonly isColour?: boolean;
}

const [WIDTH, HEIGHT] = [160, 112];
const LEVEL = 96;
const NOISE = 4;
/** The standard deviation of a star's profile, in pixels. */
const STAR_WIDTH = 1.5;

/** The stars that are in every sky. */
export const STARS: readonly Star[] = [
  { x: 30.4, y: 20.1, peak: 1500 },
  { x: 120.7, y: 33.5, peak: 700 },
  { x: 88.2, y: 90.8, peak: 350 },
];

/** A sky of 96 ± 4, in the numbers of a 12-bit camera. */
export function sky({ seed, stars = STARS, scale = 1, gain = 0, isColour = false }: Sky): Pixels {
  const random = createRandom(seed);
  const samples = new Uint16Array(WIDTH * HEIGHT * 3);
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
    const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
    const light = stars.reduce((sum, star) => sum + lightOf(star, x, y), 0);
    const noisy = () => LEVEL + light + random.gaussian() * Math.sqrt(NOISE ** 2 + gain * light);
    const value = Math.round(noisy());
    for (let channel = 0; channel < 3; channel++) {
      samples[3 * pixel + channel] = scale * (isColour ? Math.round(noisy()) : value);
    }
  }
  return deepPixels(WIDTH, HEIGHT, samples);
}

function lightOf(star: Star, x: number, y: number): number {
  return star.peak * Math.exp(-((x - star.x) ** 2 + (y - star.y) ** 2) / (2 * STAR_WIDTH ** 2));
}
