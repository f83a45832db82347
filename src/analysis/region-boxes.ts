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
    const inner = grown(box, MARGIN * line);
    frame(copy, grown(inner, line), line, DARK);
    frame(copy, inner, line, BRIGHT);
  }
  return copy;
}

function grown({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** Draws a rectangle's outline, inside of its edge. */
function frame(picture: Pixels, { x, y, width, height }: Rectangle, line: number, colour: readonly number[]): void {
  fill(picture, { x, y, width, height: line }, colour);
  fill(picture, { x, y: y + height - line, width, height: line }, colour);
  fill(picture, { x, y, width: line, height }, colour);
  fill(picture, { x: x + width - line, y, width: line, height }, colour);
}

/** Fills what of a rectangle lies in the picture. */
function fill(picture: Pixels, { x, y, width, height }: Rectangle, colour: readonly number[]): void {
  const [left, right] = [Math.max(0, x), Math.min(picture.width, x + width)];
  const [top, bottom] = [Math.max(0, y), Math.min(picture.height, y + height)];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      picture.data.set(colour, 3 * (row * picture.width + column));
    }
  }
}
