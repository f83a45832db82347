import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeJpeg } from '../src/adapters/pixels/codec.ts';
import type { Pixels } from '../src/analysis/pixels.ts';

export interface PicturesOptions {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** One picture in `changedEvery` differs from the previous one. */
  readonly changedEvery: number;
}

/** Creates a folder of pictures. With `changedEvery` 4, pictures 3, 7, 11 … have changed. */
export function makePictures(folder: string, { count, width, height, changedEvery }: PicturesOptions): void {
  mkdirSync(folder, { recursive: true });
  let previous = '';
  for (let number = 1; number <= count; number += 1) {
    const file = path.join(folder, `${number}.jpg`);
    if (number === 1 || number % changedEvery === changedEvery - 1)
      writeFileSync(file, encodeJpeg(scene(width, height, number)));
    else copyFileSync(previous, file);
    previous = file;
  }
}

/** Creates a folder of pictures that all differ. */
export function makeChanges(folder: string, count: number, width: number, height: number): void {
  mkdirSync(folder, { recursive: true });
  for (let number = 1; number <= count; number += 1)
    writeFileSync(path.join(folder, `${number}.jpg`), encodeJpeg(scene(width, height, number)));
}

/** Creates a folder with copies of one picture. */
export function makeCopies(folder: string, count: number, original: string): void {
  mkdirSync(folder, { recursive: true });
  for (let number = 1; number <= count; number += 1) copyFileSync(original, path.join(folder, `${number}.jpg`));
}

/** Gradients, sensor-like noise, and a bright square at a position that depends on the number. */
function scene(width: number, height: number, number: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  const left = (number * 37) % (width - 100);
  const top = (number * 23) % (height - 100);
  let grain = 12345;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      grain = (Math.imul(grain, 1664525) + 1013904223) >>> 0;
      const noise = (grain >>> 28) - 8;
      const inSquare = x >= left && x < left + 100 && y >= top && y < top + 100;
      const at = (y * width + x) * 3;
      data[at] = inSquare ? 240 : 100 + 60 * Math.sin(x / 211) + noise;
      data[at + 1] = inSquare ? 230 : 110 + 50 * Math.sin(y / 173) + noise;
      data[at + 2] = inSquare ? 120 : 120 + 40 * Math.sin((x + y) / 307) + noise;
    }
  }
  return { width, height, data };
}
