import { readFileSync } from 'node:fs';
import { isRotated } from '../src/adapters/generated/generated-source.ts';
import { decodePicture, encodeDrawnJpeg } from '../src/adapters/pixels/codec.ts';
import { encodeDifference } from '../src/adapters/pixels/workers/pixel-tasks.ts';
import { l2 } from '../src/analysis/l2.ts';
import { quarterTurn } from '../src/analysis/quarter-turn.ts';

/**
 * The pixel work of the default stream without storage or messages: each picture is decoded once, rotated, encoded and
 * compared, and its difference image drawn and encoded. Images per second.
 */
export async function pixelsAlone(original: string, images: number): Promise<number> {
  const limits = { maxPixels: 64e6 };
  let pixels = await decodePicture(readFileSync(original), 'jpg', limits);
  // Warm up, so that the code is compiled.
  await turnAndCompare();
  const began = performance.now();
  for (let number = 1; number <= images; number += 1) {
    if (isRotated(number)) await turnAndCompare();
  }
  return images / ((performance.now() - began) / 1000);

  async function turnAndCompare(): Promise<void> {
    const turned = await decodePicture(encodeDrawnJpeg(pixels, quarterTurn(pixels)), 'jpg', limits);
    encodeDifference(pixels, turned, l2(pixels, turned));
    pixels = turned;
  }
}
