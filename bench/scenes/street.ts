import type { Pixels } from '../../src/analysis/pixels.ts';
import { type Canvas, type Colour, createCanvas, mix } from './canvas.ts';
import type { Random } from './random.ts';
import { colour } from './room.ts';
import { write } from './writing.ts';

/**
 * A street: a sky that may be overexposed, a brick facade with windows and a coloured sign, leaves, asphalt with
 * markings.
 */
export function street(size: number, random: Random): Pixels {
  const canvas = createCanvas(size);
  const above: Colour = [random.between(90, 200), random.between(150, 230), random.between(200, 300)];
  canvas.fill(0, 0, size, size, (_, y) => mix(above, [250, 250, 255], y / size));
  bricks(canvas, random);
  leaves(canvas, random);
  asphalt(canvas, random);
  return canvas.toPixels();
}

function bricks(canvas: Canvas, random: Random): void {
  const { size } = canvas;
  const [left, top, width] = [random.below(size / 3), Math.round(size * random.between(0.1, 0.3)), size >> 1];
  const brick: Colour = [random.between(120, 200), random.between(50, 110), random.between(40, 80)];
  const [high, rough] = [4 + random.below(4), random.between(2, 12)];
  canvas.fill(left, top, width, size, (x, y) => {
    const course = Math.floor(y / high);
    if (y % high === 0 || (x + (course % 2) * high) % (2 * high) === 0) return mix(brick, [200, 200, 195], 0.7);
    const light = rough * random.gaussian();
    return [brick[0] + light, brick[1] + light, brick[2] + light];
  });
  const glass = colour(random, 10, 90);
  for (let y = top + 8; y < size; y += 34) {
    for (let x = left + 6; x + 16 < left + width; x += 26) {
      canvas.fill(x, y, 16, 22, (px, py) =>
        px === x + 7 || py === y + 10 ? [245, 245, 245] : mix(glass, above(px, py), 0.3),
      );
    }
  }
  const sign = colour(random, 0, 255);
  const at = top + 30 + random.below(30);
  canvas.fill(left + 4, at, 60, 14, () => sign);
  write(canvas, random, left + 7, at + 4, 54, 8, [255, 255, 255]);
}

/** The reflection in a window. */
function above(x: number, y: number): Colour {
  return [120 + (x % 40), 140 + (y % 30), 180];
}

function leaves(canvas: Canvas, random: Random): void {
  const { size } = canvas;
  const [x, y, reach] = [
    size * random.between(0.6, 1),
    size * random.between(0.2, 0.6),
    size * random.between(0.1, 0.25),
  ];
  for (let n = 0; n < 500; n++) {
    const [px, py] = [x + (reach / 2) * random.gaussian(), y + (reach / 2) * random.gaussian()];
    const leaf: Colour = [random.between(20, 120), random.between(60, 190), random.between(10, 60)];
    canvas.fill(Math.round(px), Math.round(py), 1 + random.below(5), 1 + random.below(3), () => leaf);
  }
}

function asphalt(canvas: Canvas, random: Random): void {
  const { size } = canvas;
  const top = Math.round(size * random.between(0.75, 0.9));
  const [grey, rough] = [random.between(40, 110), random.between(3, 20)];
  const slant = random.between(-1, 1);
  canvas.fill(0, top, size, size, (x, y) => {
    const marking = (x + slant * (y - top)) % 40;
    const light = (marking > 3 && marking < 9 ? 220 : grey) + rough * random.gaussian();
    return [light, light, light + 3];
  });
}
