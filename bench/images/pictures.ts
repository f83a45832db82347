import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeJpeg } from '../../src/adapters/pixels/codec.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';

/** A size of test pictures. */
export interface Size {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** How often each step is measured. */
  readonly rounds: number;
}

export const SIZES: readonly Size[] = [
  { name: '350 × 350', width: 350, height: 350, rounds: 60 },
  { name: '1920 × 1080', width: 1920, height: 1080, rounds: 16 },
  { name: '4000 × 3000', width: 4000, height: 3000, rounds: 5 },
];

/** Writes two pictures of a scene as JPEG files; in the second one some objects have moved. */
export function writeScenes(folder: string, { name, width, height }: Size): { reference: string; image: string } {
  const stem = name.replaceAll(' ', '');
  const files = { reference: path.join(folder, `${stem}-a.jpg`), image: path.join(folder, `${stem}-b.jpg`) };
  writeFileSync(files.reference, encodeJpeg(scene(width, height, 0)));
  writeFileSync(files.image, encodeJpeg(scene(width, height, width / 50)));
  return files;
}

/** A different file with the same picture: bytes after the end of a JPEG are ignored. */
export function copyOf(bytes: Uint8Array, number: number): Uint8Array {
  return Buffer.concat([bytes, Buffer.from(`copy ${number}`)]);
}

/** Gradients, edges, and noise from a fixed seed. */
function scene(width: number, height: number, moved: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  let state = 12345;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const noise = (state >>> 29) - 4;
      const slope = 60 + (x / width) * 80 + (y / height) * 60;
      const [u, v] = [Math.floor((x + moved) / (width / 14)), Math.floor(y / (height / 10))];
      const block = (u * 7 + v * 13) % 5 === 0 ? 45 : 0;
      const at = 3 * (y * width + x);
      data[at] = slope + block + noise;
      data[at + 1] = slope * 0.8 + block / 2 + noise;
      data[at + 2] = 200 - slope + noise;
    }
  }
  return { width, height, data };
}
