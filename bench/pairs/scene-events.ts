import type { Pixels } from '../../src/analysis/pixels.ts';
import type { Random } from '../scenes/random.ts';

/** Draws an event into a scene. Returns the scene before and after. */
export type SceneEvent = (scene: Pixels, random: Random) => readonly [before: Pixels, after: Pixels];

const OBJECT_SIZE = 12;
const STAR_SIZE = 3;

/** A square object, lighter or darker than its background by `contrast` levels, moves by `min` to `max` pixels. */
export function moved(contrast: number, min: number, max: number): SceneEvent {
  return (scene, random) => {
    for (;;) {
      const [x, y] = [random.below(scene.width - OBJECT_SIZE + 1), random.below(scene.height - OBJECT_SIZE + 1)];
      const distance = Math.round(random.between(min, max));
      const [across, down] = [Math.round(random.between(-distance, distance)), random.uniform() < 0.5 ? -1 : 1];
      const [toX, toY] = [x + across, y + down * Math.round(Math.sqrt(distance * distance - across * across))];
      if (toX < 0 || toY < 0 || toX + OBJECT_SIZE > scene.width || toY + OBJECT_SIZE > scene.height) continue;
      const sign = random.uniform() < 0.5 ? -1 : 1;
      const [before, after] = [
        [x, y],
        [toX, toY],
      ].map(([left, top]) => withBox(scene, left as number, top as number, OBJECT_SIZE, sign * contrast)) as [
        Pixels,
        Pixels,
      ];
      // A clipped background would hide the object.
      if (isUnclipped(scene, before, OBJECT_SIZE, contrast) && isUnclipped(scene, after, OBJECT_SIZE, contrast))
        return [before, after];
    }
  };
}

/** A star appears: `levels` in each of nine pixels. */
export function star(levels: number): SceneEvent {
  return (scene, random) => {
    for (;;) {
      const [x, y] = [random.below(scene.width - STAR_SIZE + 1), random.below(scene.height - STAR_SIZE + 1)];
      const after = withBox(scene, x, y, STAR_SIZE, levels);
      if (isUnclipped(scene, after, STAR_SIZE, levels)) return [scene, after];
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

/** Whether the box differs by exactly `levels` everywhere, i.e. nothing was clipped. */
function isUnclipped(scene: Pixels, other: Pixels, size: number, levels: number): boolean {
  const whole = other.data.filter((level, at) => Math.abs(level - (scene.data[at] as number)) === levels);
  return whole.length === size * size * 3;
}
