import type { Canvas, Colour } from './canvas.ts';
import type { Random } from './random.ts';

/** Lines of text-like patterns: letters of 4 × 6 pixels with random vertical and horizontal strokes. */
export function write(
  canvas: Canvas,
  random: Random,
  left: number,
  top: number,
  width: number,
  height: number,
  ink: Colour,
): void {
  for (let y = top; y + 6 <= top + height; y += 9) {
    for (let x = left; x + 4 <= left + width; x += 6) {
      if (random.uniform() < 0.15) continue;
      letter(canvas, random, x, y, ink);
    }
  }
}

function letter(canvas: Canvas, random: Random, x: number, y: number, ink: Colour): void {
  const stroke = (left: number, top: number, width: number, height: number) =>
    canvas.fill(left, top, width, height, () => ink);
  if (random.uniform() < 0.7) stroke(x, y, 1, 6);
  if (random.uniform() < 0.5) stroke(x + 3, y, 1, 6);
  if (random.uniform() < 0.5) stroke(x, y, 4, 1);
  if (random.uniform() < 0.5) stroke(x, y + 2 + random.below(2), 4, 1);
  if (random.uniform() < 0.5) stroke(x, y + 5, 4, 1);
}
