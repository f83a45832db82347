import { signedText } from './difference.ts';
import type { Colour, Pair } from './pixels.ts';
import type { Point } from './viewport.ts';

/** Shows the values of a pixel below the pictures. */
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
  const parts = [part('Previous Image', colourText(before)), part('Image', colourText(after))];
  if (before === undefined || after === undefined) return parts;
  const [red, green, blue] = before;
  const difference = [after[0] - red, after[1] - green, after[2] - blue];
  return [...parts, part('Difference', difference.map(signedText).join(' '))];
}

function colourText(colour: Colour | undefined): string {
  return colour === undefined ? 'outside' : colour.join(' ');
}

function part(name: string, value: string): HTMLElement {
  const strong = document.createElement('b');
  strong.textContent = value;
  const span = document.createElement('span');
  span.append(`${name} `, strong);
  return span;
}
