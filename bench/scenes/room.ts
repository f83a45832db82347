import type { Pixels } from '../../src/analysis/pixels.ts';
import { type Canvas, type Colour, createCanvas, mix } from './canvas.ts';
import type { Random } from './random.ts';
import { write } from './writing.ts';

/**
 * A room: two walls with a light gradient, floor boards, furniture with sharp edges, a patterned cloth, a notice with
 * small text.
 */
export function room(size: number, random: Random): Pixels {
  const canvas = createCanvas(size);
  const wall = colour(random, 120, 220);
  const dark = mix(wall, [0, 0, 0], random.between(0.2, 0.5));
  const corner = random.between(0.3, 0.7) * size;
  canvas.fill(0, 0, size, size, (x, y) => mix(wall, dark, (x < corner ? x : size - x / 2) / size + y / (4 * size)));
  boards(canvas, random);
  for (let n = 0; n < 4; n++) furniture(canvas, random);
  cloth(canvas, random);
  const [left, top] = [random.below(size / 2), random.below(size / 2)];
  canvas.fill(left, top, 64, 48, () => [240, 238, 225]);
  write(canvas, random, left + 4, top + 4, 56, 40, [30, 30, 40]);
  return canvas.toPixels();
}

export function colour(random: Random, low: number, high: number): Colour {
  return [random.between(low, high), random.between(low, high), random.between(low, high)];
}

function boards(canvas: Canvas, random: Random): void {
  const { size } = canvas;
  const wood: Colour = [random.between(100, 170), random.between(70, 110), random.between(40, 70)];
  const top = Math.round(size * random.between(0.6, 0.75));
  const [board, grain] = [random.between(9, 16), random.between(1, 9)];
  const streak = Float64Array.from({ length: size }, () => grain * random.gaussian());
  canvas.fill(0, top, size, size, (x, y) => {
    const slanted = (x - size / 2) / (1 + (y - top) / size) + 1000;
    if (slanted % board < 1) return mix(wood, [0, 0, 0], 0.6);
    const light = (streak[Math.floor(slanted) % size] as number) + (streak[(x * 7 + y * 13) % size] as number) / 2;
    return [wood[0] + light, wood[1] + light, wood[2] + light];
  });
}

function furniture(canvas: Canvas, random: Random): void {
  const { size } = canvas;
  const [width, height] = [10 + random.below(60), 10 + random.below(60)];
  const [left, top] = [random.below(size), random.below(size)];
  const [lit, shade] = [colour(random, 0, 255), colour(random, 0, 120)];
  const round = random.uniform() < 0.4;
  canvas.fill(left, top, width, height, (x, y) => {
    const [u, v] = [(x - left + 0.5) / width, (y - top + 0.5) / height];
    if (round && (2 * u - 1) ** 2 + (2 * v - 1) ** 2 > 1) return undefined;
    return mix(lit, shade, u);
  });
}

function cloth(canvas: Canvas, random: Random): void {
  const { size } = canvas;
  const [left, top, check] = [random.below(size - 50), random.below(size - 50), 2 + random.below(6)];
  const [one, other] = [colour(random, 0, 255), colour(random, 0, 255)];
  canvas.fill(left, top, 50, 40, (x, y) => ((Math.floor(x / check) + Math.floor(y / check)) % 2 ? one : other));
}
