import type { Pixels } from './pixels.ts';

/** The EXIF orientation: how a stored picture must be rotated and mirrored to appear upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** How to traverse the stored pixels so that they come out upright: from which corner, and along which axis first. */
interface Traversal {
  readonly fromRight: boolean;
  readonly fromBottom: boolean;
  /** Whether rows of the upright picture are columns of the stored one. */
  readonly swapped: boolean;
}

// EXIF 2.32, tag 0x0112.
const TRAVERSALS: Record<Orientation, Traversal> = {
  1: { fromRight: false, fromBottom: false, swapped: false },
  2: { fromRight: true, fromBottom: false, swapped: false },
  3: { fromRight: true, fromBottom: true, swapped: false },
  4: { fromRight: false, fromBottom: true, swapped: false },
  5: { fromRight: false, fromBottom: false, swapped: true },
  6: { fromRight: false, fromBottom: true, swapped: true },
  7: { fromRight: true, fromBottom: true, swapped: true },
  8: { fromRight: true, fromBottom: false, swapped: true },
};

/** Returns the upright picture. Orientations 5 to 8 swap width and height. */
export function orient(pixels: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return pixels;
  const { fromRight, fromBottom, swapped } = TRAVERSALS[orientation];
  const source = pixels.data;
  const alongX = fromRight ? -3 : 3;
  const alongY = fromBottom ? -pixels.width * 3 : pixels.width * 3;
  const first = (fromRight ? pixels.width - 1 : 0) * 3 + (fromBottom ? pixels.height - 1 : 0) * pixels.width * 3;
  const [width, height] = swapped ? [pixels.height, pixels.width] : [pixels.width, pixels.height];
  const [across, down] = swapped ? [alongY, alongX] : [alongX, alongY];

  const data = new Uint8Array(source.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = first + y * down;
    for (let x = 0; x < width; x++) {
      data[to] = source[from] as number;
      data[to + 1] = source[from + 1] as number;
      data[to + 2] = source[from + 2] as number;
      to += 3;
      from += across;
    }
  }
  return { ...pixels, width, height, data, ...(pixels.whole && { whole: orientWhole(pixels, orientation) }) };
}

/** Which pixels of the upright picture are whole. */
function orientWhole({ width, height, whole = new Uint8Array() }: Pixels, orientation: Orientation): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (const [pixel, each] of whole.entries()) data[pixel * 3] = each;
  const turned = orient({ width, height, data }, orientation).data;
  return Uint8Array.from({ length: width * height }, (_, pixel) => turned[pixel * 3] ?? 0);
}
