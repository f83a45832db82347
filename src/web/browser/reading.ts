import { signedWords } from './difference.ts';
import type { Colour, Pair } from './pixels.ts';
import type { Point } from './viewport.ts';

/** The line of values under the pictures: of the pixel that is pointed at. */
export function showReading(line: HTMLElement, pixel: Point | undefined, pair: Pair | undefined): void {
  if (pixel === undefined) {
    line.textContent = 'Point at a pixel to read its values.';
    return;
  }
  const parts = [part('x, y', `${pixel.x}, ${pixel.y}`)];
  if (pair !== undefined) parts.push(...values(pair.at(pixel)));
  line.replaceChildren(...parts);
}

function values({ before, after }: ReturnType<Pair['at']>): HTMLElement[] {
  const parts = [part('Previous Image', words(before)), part('Image', words(after))];
  if (before === undefined || after === undefined) return parts;
  const [red, green, blue] = before;
  const difference = [after[0] - red, after[1] - green, after[2] - blue];
  return [...parts, part('Difference', difference.map(signedWords).join(' '))];
}

function words(colour: Colour | undefined): string {
  return colour === undefined ? 'none here' : colour.join(' ');
}

function part(name: string, value: string): HTMLElement {
  const strong = document.createElement('b');
  strong.textContent = value;
  const span = document.createElement('span');
  span.append(`${name} `, strong);
  return span;
}
