import type { Pixels } from '../../src/analysis/pixels.ts';
import type { Random } from '../scenes/random.ts';

/** What is to be seen before and after. */
export type Happening = (scene: Pixels, random: Random) => readonly [before: Pixels, after: Pixels];

const THING = 12;
const STAR = 3;

/** A square thing, lighter or darker than its ground by so many levels, has moved by so many pixels. */
export function moved(contrast: number, least: number, most: number): Happening {
  return (scene, random) => {
    for (;;) {
      const [x, y] = [random.below(scene.width - THING + 1), random.below(scene.height - THING + 1)];
      const reach = Math.round(random.between(least, most));
      const [across, down] = [Math.round(random.between(-reach, reach)), random.uniform() < 0.5 ? -1 : 1];
      const [toX, toY] = [x + across, y + down * Math.round(Math.sqrt(reach * reach - across * across))];
      if (toX < 0 || toY < 0 || toX + THING > scene.width || toY + THING > scene.height) continue;
      const sign = random.uniform() < 0.5 ? -1 : 1;
      const [before, after] = [
        [x, y],
        [toX, toY],
      ].map(([left, top]) => withBox(scene, left as number, top as number, THING, sign * contrast)) as [Pixels, Pixels];
      // Where the ground is burnt out or black there would be nothing to see.
      if (isWhole(scene, before, THING, contrast) && isWhole(scene, after, THING, contrast)) return [before, after];
    }
  };
}

/** A star has lit up: so many levels in each of nine pixels. */
export function star(levels: number): Happening {
  return (scene, random) => {
    for (;;) {
      const [x, y] = [random.below(scene.width - STAR + 1), random.below(scene.height - STAR + 1)];
      const after = withBox(scene, x, y, STAR, levels);
      if (isWhole(scene, after, STAR, levels)) return [scene, after];
    }
  };
}

function withBox(scene: Pixels, left: number, top: number, size: number, levels: number): Pixels {
  const data = Uint8ClampedArray.from(scene.data);
  for (let y = top; y < top + size; y++) {
    for (let at = (y * scene.width + left) * 3; at < (y * scene.width + left + size) * 3; at++) {
      (data[at] as number) += levels;
    }
  }
  return { ...scene, data: new Uint8Array(data.buffer) };
}

/** Whether all levels of a box are there: one that is clipped differs by less, or not at all. */
function isWhole(scene: Pixels, other: Pixels, size: number, levels: number): boolean {
  const whole = other.data.filter((level, at) => Math.abs(level - (scene.data[at] as number)) === levels);
  return whole.length === size * size * 3;
}
