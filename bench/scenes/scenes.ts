import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';
import type { Random } from './random.ts';
import { room } from './room.ts';
import { sky } from './sky.ts';
import { street } from './street.ts';

/** Draws a random square scene. */
export type Scene = (size: number, random: Random) => Pixels;

const ORIGINAL = fileURLToPath(new URL('../../image_original/original_image.jpg', import.meta.url));

/** The kinds of scenes. */
export async function loadScenes(): Promise<Readonly<Record<string, Scene>>> {
  const original = await decodePicture(readFileSync(ORIGINAL), 'jpg', { maxPixels: 1e6 });
  return { sky, room, street, original: (size, random) => part(original, size, random) };
}

/** A random part of a picture, rotated by a multiple of 90°. */
function part({ width, height, data: source }: Pixels, size: number, random: Random): Pixels {
  const [left, top, turns] = [random.below(width - size + 1), random.below(height - size + 1), random.below(4)];
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let [fromX, fromY] = [x, y];
      for (let turn = 0; turn < turns; turn++) [fromX, fromY] = [size - 1 - fromY, fromX];
      const from = ((top + fromY) * width + left + fromX) * 3;
      data.set(source.subarray(from, from + 3), (y * size + x) * 3);
    }
  }
  return { width: size, height: size, data };
}
