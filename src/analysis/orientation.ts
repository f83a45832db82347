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

/** Makes the arrays for a picture with as many samples as this one. */
export type MakeSamples = (like: Pixels) => Pick<Pixels, 'data' | 'samples16'>;

/** Returns the upright picture. Orientations 5 to 8 swap width and height. */
export function orient(pixels: Pixels, orientation: Orientation, make: MakeSamples = newSamples): Pixels {
  if (orientation === 1) return pixels;
  const { swapped } = TRAVERSALS[orientation];
  const [width, height] = swapped ? [pixels.height, pixels.width] : [pixels.width, pixels.height];
  const { data, samples16, whole } = pixels;
  const to = make(pixels);
  return {
    ...pixels,
    width,
    height,
    data: traversed(data, to.data, pixels, orientation),
    ...(samples16 && to.samples16 && { samples16: traversed(samples16, to.samples16, pixels, orientation) }),
    ...(whole && { whole: orientWhole(whole, pixels, orientation) }),
  };
}

function newSamples({ data, samples16 }: Pixels): ReturnType<MakeSamples> {
  return { data: new Uint8Array(data.length), ...(samples16 && { samples16: new Uint16Array(samples16.length) }) };
}

/** The way through a stored picture, in pixels. */
function pathOf({ width, height }: Pick<Pixels, 'width' | 'height'>, by: Orientation) {
  const { fromRight, fromBottom, swapped } = TRAVERSALS[by];
  const [alongX, alongY] = [fromRight ? -1 : 1, fromBottom ? -width : width];
  return {
    first: (fromRight ? width - 1 : 0) + (fromBottom ? height - 1 : 0) * width,
    columns: swapped ? height : width,
    rows: swapped ? width : height,
    across: swapped ? alongY : alongX,
    down: swapped ? alongX : alongY,
  };
}

/** Copies the samples of a stored picture so that they come out upright. */
function traversed<T extends Samples>(source: T, to: T, stored: Pick<Pixels, 'width' | 'height'>, by: Orientation): T {
  const { first, columns, rows, across, down } = pathOf(stored, by);
  const step = across * 3;
  let at = 0;
  for (let y = 0; y < rows; y++) {
    let from = (first + y * down) * 3;
    for (let x = 0; x < columns; x++) {
      to[at] = source[from] as number;
      to[at + 1] = source[from + 1] as number;
      to[at + 2] = source[from + 2] as number;
      at += 3;
      from += step;
    }
  }
  return to;
}

/** Which pixels of the upright picture are whole. */
function orientWhole(whole: Uint8Array, stored: Pick<Pixels, 'width' | 'height'>, by: Orientation): Uint8Array {
  const { first, columns, rows, across, down } = pathOf(stored, by);
  const to = new Uint8Array(whole.length);
  let at = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0, from = first + y * down; x < columns; x++, from += across) to[at++] = whole[from] as number;
  }
  return to;
}
