import { isDeepPair, type Samples, samples16Of } from './depth.ts';
import type { Pixels } from './pixels.ts';

/** Which pixels of a stream's pictures are compared. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** A byte for each pixel, row by row: 1 where it is compared, 0 where it is masked out. */
  readonly included: Uint8Array;
}

/** Makes a mask from a picture: a pixel is masked out where its three channels sum to less than half of white. */
export function maskOf({ width, height, data }: Pixels): Mask {
  const included = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < included.length; pixel++, at += 3) {
    const sum = (data[at] as number) + (data[at + 1] as number) + (data[at + 2] as number);
    included[pixel] = 2 * sum < 3 * 255 ? 0 : 1;
  }
  return { width, height, included };
}

/** The mask of two pictures of one size that also hides what is not whole in one of them. */
export function maskOfWhole(reference: Pixels, image: Pixels, mask: Mask | undefined): Mask | undefined {
  const { width, height } = image;
  if (reference.whole === undefined && image.whole === undefined) return mask;
  const included = new Uint8Array(width * height).fill(1);
  for (const part of [mask?.included, reference.whole, image.whole]) {
    if (part !== undefined)
      for (let pixel = 0; pixel < part.length; pixel++) if (part[pixel] === 0) included[pixel] = 0;
  }
  return { width, height, included };
}

/**
 * A copy of the reference with the image's own pixels where the mask hides them, so that these do not differ. It has
 * 16-bit samples if either picture has them.
 */
export function maskReference(reference: Pixels, image: Pixels, mask: Mask): Pixels {
  const data = withHidden(new Uint8Array(reference.data), image.data, mask);
  if (!isDeepPair(reference, image)) return { ...reference, data };
  const samples16 = withHidden(new Uint16Array(samples16Of(reference)), samples16Of(image), mask);
  return { ...reference, data, samples16 };
}

/** Replaces the samples of hidden pixels by those of the image. */
function withHidden<T extends Samples>(samples: T, image: T, { included }: Mask): T {
  for (let pixel = 0, at = 0; pixel < included.length; pixel++, at += 3) {
    if (included[pixel] === 1) continue;
    samples[at] = image[at] as number;
    samples[at + 1] = image[at + 1] as number;
    samples[at + 2] = image[at + 2] as number;
  }
  return samples;
}
