import type { Region } from '../base/region.ts';
import type { Pixels } from './pixels.ts';

/** A bright line with a dark outline is visible on any picture. */
const BRIGHT = [255, 64, 64] as const;
const DARK = [0, 0, 0] as const;
/** The line width, as a fraction of the picture's shorter side; at least one pixel. */
const LINE_OF_SIDE = 1 / 400;
/** The gap between a region and its box, in line widths. */
const MARGIN = 2;

type Rectangle = Region['box'];

/** Returns a copy of a picture with a box drawn around each region. */
export function withBoxes(picture: Pixels, regions: readonly Pick<Region, 'box'>[]): Pixels {
  const copy = { ...picture, data: new Uint8Array(picture.data) };
  const line = Math.max(1, Math.round(Math.min(picture.width, picture.height) * LINE_OF_SIDE));
  for (const { box } of regions) {
    // A box that would extend beyond the picture is closed at its edge.
    const around = (by: number) => clipped(copy, grown(box, by));
    frame(copy, around((MARGIN + 1) * line), line, DARK);
    frame(copy, around(MARGIN * line), line, BRIGHT);
  }
  return copy;
}

function grown({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** Clips a rectangle to the picture. */
function clipped(picture: Pixels, { x, y, width, height }: Rectangle): Rectangle {
  const [left, right] = [Math.max(0, x), Math.min(picture.width, x + width)];
  const [top, bottom] = [Math.max(0, y), Math.min(picture.height, y + height)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Draws the outline of a rectangle, inside its edges. */
function frame(picture: Pixels, { x, y, width, height }: Rectangle, line: number, colour: readonly number[]): void {
  fill(picture, { x, y, width, height: line }, colour);
  fill(picture, { x, y: y + height - line, width, height: line }, colour);
  fill(picture, { x, y, width: line, height }, colour);
  fill(picture, { x: x + width - line, y, width: line, height }, colour);
}

/** Fills a rectangle, clipped to the picture. */
function fill(picture: Pixels, rectangle: Rectangle, colour: readonly number[]): void {
  const { x, y, width, height } = clipped(picture, rectangle);
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) {
      picture.data.set(colour, 3 * (row * picture.width + column));
    }
  }
}
