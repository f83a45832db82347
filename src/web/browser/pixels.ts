import { drawDifferences } from './difference.ts';
import type { Point, Size } from './viewport.ts';

/** The pixel values of the two pictures, with transparency over white. */

/** From 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The pixels of both pictures. */
export interface Pair {
  /** The colours at a pixel; undefined outside of a picture. */
  at(pixel: Point): { readonly before: Colour | undefined; readonly after: Colour | undefined };
  /** Draws the differences of the area that both pictures cover, on mid-grey. */
  draw(canvas: HTMLCanvasElement, levels: Uint8ClampedArray): void;
}

/** Pixels per step, which bounds the memory for large pictures. */
const MAX_STRIP = 1 << 20;

/** Loads both pictures. Throws if one cannot be loaded or decoded. */
export async function loadPair(before: string, after: string): Promise<Pair> {
  const [reference, image] = await Promise.all([decoded(before), decoded(after)]);
  const [under, over] = [scratchCanvas(), scratchCanvas()];
  return {
    at: (pixel) => ({ before: colourAt(under, reference, pixel), after: colourAt(over, image, pixel) }),

    draw(canvas, levels) {
      const to = canvas.getContext('2d');
      if (to === null) return;
      to.fillStyle = '#808080';
      to.fillRect(0, 0, canvas.width, canvas.height);
      const width = Math.min(reference.width, image.width);
      const height = Math.min(reference.height, image.height);
      const rows = Math.max(1, Math.floor(MAX_STRIP / width));
      for (let top = 0; top < height; top += rows) {
        const strip = { width, height: Math.min(rows, height - top) };
        const values = read(over, image, { x: 0, y: top }, strip);
        drawDifferences(values.data, read(under, reference, { x: 0, y: top }, strip).data, levels);
        to.putImageData(values, 0, top);
      }
    },
  };
}

/** Decodes without colour management, as the comparison did. */
async function decoded(url: string): Promise<ImageBitmap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  return createImageBitmap(await response.blob(), { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
}

function scratchCanvas(): CanvasRenderingContext2D {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser has no 2D canvas');
  return context;
}

function colourAt(context: CanvasRenderingContext2D, picture: ImageBitmap, { x, y }: Point): Colour | undefined {
  if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return undefined;
  const [red = 0, green = 0, blue = 0] = read(context, picture, { x, y }, { width: 1, height: 1 }).data;
  return [red, green, blue];
}

function read(context: CanvasRenderingContext2D, picture: ImageBitmap, from: Point, size: Size): ImageData {
  const { canvas } = context;
  if (canvas.width !== size.width || canvas.height !== size.height) {
    [canvas.width, canvas.height] = [size.width, size.height];
  }
  const { width, height } = size;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, from.x, from.y, width, height, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
