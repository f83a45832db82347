import { PNG } from 'pngjs';
import { type Colour, createCanvas } from '../../bench/scenes/canvas.ts';
import { createRandom } from '../../bench/scenes/random.ts';
import { write } from '../../bench/scenes/writing.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';

const SIZE = 480;
const PAPER: Colour = [250, 250, 250];
const INK: Colour = [40, 40, 40];
/** The corner in which the page shows the time. */
const CLOCK = { left: 400, top: 12, width: 64, height: 20 };

/** A page of a web application, pixel for pixel the same but for its clock and the colour of its button. */
export function screen({ time, button }: { readonly time: number; readonly button: Colour }): Uint8Array {
  const canvas = createCanvas(SIZE);
  canvas.fill(0, 0, SIZE, SIZE, () => PAPER);
  write(canvas, createRandom(1), 24, 60, 430, 320, INK);
  write(canvas, createRandom(time), CLOCK.left, CLOCK.top, CLOCK.width, CLOCK.height, INK);
  canvas.fill(24, 410, 120, 36, () => button);
  return png(canvas.toPixels());
}

/** A mask that hides the clock: black there, white elsewhere. */
export function clockMask(): Uint8Array {
  const canvas = createCanvas(SIZE);
  canvas.fill(0, 0, SIZE, SIZE, () => [255, 255, 255]);
  canvas.fill(CLOCK.left, CLOCK.top, CLOCK.width, CLOCK.height, () => [0, 0, 0]);
  return png(canvas.toPixels());
}

function png({ width, height, data }: Pixels): Uint8Array {
  const image = new PNG({ width, height });
  for (let at = 0; at < width * height; at++) {
    image.data.set(data.subarray(at * 3, at * 3 + 3), at * 4);
    image.data[at * 4 + 3] = 255;
  }
  return PNG.sync.write(image);
}
