import type { Pixels } from './pixels.ts';
import type { Region } from './region.ts';

/** What people do not overlook on any picture: a bright line with a dark one around it. */
const BRIGHT = [255, 64, 64] as const;
const DARK = [0, 0, 0] as const;
/** A line is as wide as this part of the picture's shorter side, and at least a pixel. */
const LINE_OF_SIDE = 1 / 400;
/** So many line widths lie between a region and its box. */
const MARGIN = 2;

type Rectangle = Region['box'];

/** A copy of a picture with a box drawn around each region. */
export function withBoxes(picture: Pixels, regions: readonly Pick<Region, 'box'>[]): Pixels {
  const copy = { ...picture, data: new Uint8Array(picture.data) };
  const line = Math.max(1, Math.round(Math.min(picture.width, picture.height) * LINE_OF_SIDE));
  for (const { box } of regions) {
    // What reaches the picture's edge is closed there, and so to be seen.
    const around = (by: number) => within(copy, grown(box, by));
    frame(copy, around((MARGIN + 1) * line), line, DARK);
    frame(copy, around(MARGIN * line), line, BRIGHT);
  }
  return copy;
}

function grown({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** What of a rectangle lies in the picture. */
function within(picture: Pixels, { x, y, width, height }: Rectangle): Rectangle {
  const [left, right] = [Math.max(0, x), Math.min(picture.width, x + width)];
  const [top, bottom] = [Math.max(0, y), Math.min(picture.height, y + height)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Draws a rectangle's outline, inside of its edge. */
function frame(picture: Pixels, { x, y, width, height }: Rectangle, line: number, colour: readonly number[]): void {
  fill(picture, { x, y, width, height: line }, colour);
  fill(picture, { x, y: y + height - line, width, height: line }, colour);
  fill(picture, { x, y, width: line, height }, colour);
  fill(picture, { x: x + width - line, y, width: line, height }, colour);
}

/** Fills what of a rectangle lies in the picture: one that is narrower than its line reaches out of it. */
function fill(picture: Pixels, rectangle: Rectangle, colour: readonly number[]): void {
  const { x, y, width, height } = within(picture, rectangle);
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) {
      picture.data.set(colour, 3 * (row * picture.width + column));
    }
  }
}
