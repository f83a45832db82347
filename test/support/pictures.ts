import { PNG } from 'pngjs';

export type Colour = readonly [red: number, green: number, blue: number];

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: Colour;
}

/** A PNG of one colour, optionally with another first pixel and a box of another colour. */
export function png(
  colour: Colour,
  options: { width?: number; height?: number; first?: Colour; box?: Box } = {},
): Buffer {
  const { width = 4, height = 4, first = colour, box } = options;
  const picture = new PNG({ width, height });
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    picture.data.set([...(pixel === 0 ? first : colour), 255], pixel * 4);
  }
  for (let y = box?.y ?? 0; box !== undefined && y < box.y + box.height; y += 1) {
    for (let x = box.x; x < box.x + box.width; x += 1) picture.data.set(box.colour, 4 * (y * width + x));
  }
  return PNG.sync.write(picture);
}

/** A PNG that ends within its pixels. */
export function cutPng(colour: Colour = [1, 2, 3]): Buffer {
  return png(colour).subarray(0, -24);
}
