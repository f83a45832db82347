import type { Pixels } from '../../src/analysis/pixels.ts';
import { type Canvas, type Colour, createCanvas, mix } from './canvas.ts';
import type { Random } from './random.ts';

/** A star field on a sky with a gradient: many faint stars, and some saturated ones. */
export function sky(size: number, random: Random): Pixels {
  const canvas = createCanvas(size);
  const low: Colour = [random.between(8, 30), random.between(8, 30), random.between(12, 40)];
  const high: Colour = [low[0] + random.between(0, 30), low[1] + random.between(0, 25), low[2] + random.between(0, 30)];
  const [across, down] = [random.uniform(), random.uniform()];
  canvas.fill(0, 0, size, size, (x, y) => mix(low, high, (across * x + down * y) / (2 * size)));

  const width = random.between(0.9, 1.8);
  const stars = Math.round((size * size) / 150);
  for (let n = 0; n < stars; n++) {
    // The brightness follows a power law.
    const peak = Math.min(2000, 6 / Math.max(1e-3, random.uniform()) ** 0.9);
    star(canvas, random.between(0, size), random.between(0, size), width, peak, tint(random));
  }
  return canvas.toPixels();
}

function star(canvas: Canvas, x: number, y: number, width: number, peak: number, colour: Colour): void {
  const reach = Math.ceil(5 * width);
  for (let py = Math.floor(y) - reach; py <= y + reach; py++) {
    for (let px = Math.floor(x) - reach; px <= x + reach; px++) {
      const square = ((px - x) ** 2 + (py - y) ** 2) / (2 * width * width);
      canvas.add(px, py, colour, peak * Math.exp(-square));
    }
  }
}

function tint(random: Random): Colour {
  const warm = random.between(-0.3, 0.3);
  return [1 + warm, 1, 1 - warm];
}
