import { SAMPLES_PER_LEVEL, type SampledPicture } from '../depth.ts';
import type { Pixels } from '../pixels.ts';

/**
 * Whether two pictures have samples between the levels of 8 bits, so that neither can have been a JPEG. A 16-bit picture
 * that was made of an 8-bit one has none.
 */
export function areFine(reference: Pixels, image: Pixels): boolean {
  const [before, after] = [reference.samples16, image.samples16];
  if (before === undefined || after === undefined) return false;
  return hasFineSamples(before) || hasFineSamples(after);
}

function hasFineSamples(samples: Uint16Array): boolean {
  return samples.some((sample) => sample % SAMPLES_PER_LEVEL !== 0);
}

/**
 * The step of a picture's samples: the smallest distance between two values that occur in every `step`-th row, at most
 * one level; 1 if there is only one value. A camera of 12 bits whose numbers are scaled to 16 has a step of 16.
 */
export function sampleStep({ width, height, data }: SampledPicture, step: number): number {
  const occurs = new Uint8Array(2 ** 16);
  for (let y = 0; y < height; y += step) {
    for (let at = y * width * 3; at < (y + 1) * width * 3; at++) occurs[data[at] as number] = 1;
  }
  let smallest = SAMPLES_PER_LEVEL;
  let before = occurs.indexOf(1);
  let isSingle = true;
  for (let value = before + 1; value < occurs.length; value++) {
    if (occurs[value] === 0) continue;
    smallest = Math.min(smallest, value - before);
    before = value;
    isSingle = false;
  }
  return isSingle ? 1 : smallest;
}
