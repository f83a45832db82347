import type { Mask } from './mask.ts';
import type { Pixels } from './pixels.ts';

/** The reference as a mask lets it be compared: where the mask is black it is the image itself, and so nothing differs there. */
export function hidden(reference: Pixels, image: Pixels, { looked }: Mask): Pixels {
  const data = new Uint8Array(reference.data);
  for (let pixel = 0, at = 0; pixel < looked.length; pixel++, at += 3) {
    if (looked[pixel] === 1) continue;
    data[at] = image.data[at] as number;
    data[at + 1] = image.data[at + 1] as number;
    data[at + 2] = image.data[at + 2] as number;
  }
  return { ...reference, data };
}
