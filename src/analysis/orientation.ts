import type { Samples } from './depth.ts';
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
  const { swapped } = TRAVERSALS[orientation];
  const [width, height] = swapped ? [pixels.height, pixels.width] : [pixels.width, pixels.height];
  const { data, samples16, whole } = pixels;
  return {
    ...pixels,
    width,
    height,
    data: traversed(data, new Uint8Array(data.length), pixels, orientation),
    ...(samples16 && { samples16: traversed(samples16, new Uint16Array(data.length), pixels, orientation) }),
    ...(whole && { whole: orientWhole(pixels, orientation) }),
  };
}

/** Copies the samples of a stored picture so that they come out upright. */
function traversed<T extends Samples>(source: T, to: T, stored: Pick<Pixels, 'width' | 'height'>, by: Orientation): T {
  const { fromRight, fromBottom, swapped } = TRAVERSALS[by];
  const { width, height } = stored;
  const alongX = fromRight ? -3 : 3;
  const alongY = fromBottom ? -width * 3 : width * 3;
  const first = (fromRight ? width - 1 : 0) * 3 + (fromBottom ? height - 1 : 0) * width * 3;
  const [columns, rows] = swapped ? [height, width] : [width, height];
  const [across, down] = swapped ? [alongY, alongX] : [alongX, alongY];

  let at = 0;
  for (let y = 0; y < rows; y++) {
    let from = first + y * down;
    for (let x = 0; x < columns; x++) {
      to[at] = source[from] as number;
      to[at + 1] = source[from + 1] as number;
      to[at + 2] = source[from + 2] as number;
      at += 3;
      from += across;
    }
  }
  return to;
}

/** Which pixels of the upright picture are whole. */
function orientWhole({ width, height, whole = new Uint8Array() }: Pixels, orientation: Orientation): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (const [pixel, each] of whole.entries()) data[pixel * 3] = each;
  const turned = orient({ width, height, data }, orientation).data;
  return Uint8Array.from({ length: width * height }, (_, pixel) => turned[pixel * 3] ?? 0);
}
