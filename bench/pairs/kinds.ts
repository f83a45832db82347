import type { Pixels } from '../../src/analysis/pixels.ts';
import type { Random } from '../scenes/random.ts';
import { type Camera, photograph } from './camera.ts';
import { moved, type SceneEvent, star } from './scene-events.ts';

export type Pair = readonly [reference: Pixels, image: Pixels];

/** A kind of pairs of pictures of the same scene. */
export interface Kind {
  readonly name: string;
  readonly make: (scene: Pixels, random: Random) => Promise<Pair>;
}

const SAVED = [75, 80, 85, 90, 95].map((q) => kind(`JPEG quality ${q}`, {}, { quality: [q] }));

const DIFFERENT_QUALITIES = [
  [75, 90],
  [80, 95],
  [75, 76],
].map(([one, other]) =>
  kind(`JPEG ${one} and JPEG ${other}`, { quality: [one as number] }, { quality: [other as number] }),
);

const RECOMPRESSED = [
  [90, 75],
  [75, 80],
].map(([one, other]) =>
  kind(
    `JPEG ${one}, recompressed at ${other}`,
    { quality: [one as number] },
    { quality: [one as number, other as number] },
  ),
);

const NOISE = [1, 2, 4, 8].map((noise) => kind(`noise σ ${noise}`, { noise }, { noise }));
const NOISE_SAVED = [1, 2, 4, 8].map((noise) => {
  const camera = { noise, quality: [90] };
  return kind(`noise σ ${noise}, JPEG 90`, camera, camera);
});
const NOISE_COARSE = [2, 8].map((noise) => {
  const camera = { noise, quality: [75] };
  return kind(`noise σ ${noise}, JPEG 75`, camera, camera);
});
const NOISE_GREY = [2, 8].map((noise) => {
  const camera = { noise, grey: true };
  return kind(`noise σ ${noise}, equal in all channels`, camera, camera);
});

const BRIGHTNESS = [10, -10].flatMap((offset) => [
  kind(`brightness ${signed(offset)}`, {}, { offset }),
  kind(`brightness ${signed(offset)}, noise σ 2`, { noise: 2 }, { noise: 2, offset }),
  kind(
    `brightness ${signed(offset)}, noise σ 2, JPEG 90`,
    { noise: 2, quality: [90] },
    { noise: 2, offset, quality: [90] },
  ),
]);

/** Pairs without an event. */
export const NUISANCES: readonly Kind[] = [
  ...SAVED,
  ...DIFFERENT_QUALITIES,
  ...RECOMPRESSED,
  ...NOISE,
  ...NOISE_SAVED,
  ...NOISE_COARSE,
  ...NOISE_GREY,
  ...BRIGHTNESS,
];

/** Pairs with an event. */
export const EVENTS: readonly Kind[] = [
  ...[{ noise: 2 }, { noise: 2, quality: [90] }, { noise: 2, quality: [75] }, { noise: 4 }].flatMap((camera) => [
    eventKind(`12 × 12 of 20 levels moved by 3 to 11, ${describe(camera)}`, camera, moved(20, 3, 11)),
    eventKind(`12 × 12 of 20 levels moved by 12 to 60, ${describe(camera)}`, camera, moved(20, 12, 60)),
  ]),
  ...[2, 4, 8].map((noise) => eventKind(`star of 5 σ, ${describe({ noise })}`, { noise }, star(5 * noise))),
  ...[2, 4, 8].map((noise) => {
    const camera = { noise, grey: true };
    return eventKind(`star of 5 σ, ${describe(camera)}`, camera, star(5 * noise));
  }),
  ...[2, 8].map((noise) => {
    const camera = { noise, quality: [90] };
    return eventKind(`star of 5 σ, ${describe(camera)}`, camera, star(5 * noise));
  }),
];

/** Faint events: an object of 12 × 12 pixels, moved by 12 to 60. */
export const FAINT: readonly Kind[] = [{ noise: 2 }, { noise: 2, quality: [90] }, { noise: 2, quality: [75] }].flatMap(
  (camera) =>
    [3, 4, 5, 6, 8, 10, 12, 15].map((contrast) =>
      eventKind(`12 × 12 of ${contrast} levels, ${describe(camera)}`, camera, moved(contrast, 12, 60)),
    ),
);

function kind(name: string, reference: Camera, image: Camera): Kind {
  return {
    name,
    make: async (scene, random) => [await photograph(scene, reference, random), await photograph(scene, image, random)],
  };
}

function eventKind(name: string, camera: Camera, event: SceneEvent): Kind {
  return {
    name,
    async make(scene, random) {
      const [before, after] = event(scene, random);
      return [await photograph(before, camera, random), await photograph(after, camera, random)];
    },
  };
}

function describe({ noise, quality, grey }: Camera): string {
  const parts = [`noise σ ${noise}`];
  if (grey) parts.push('equal in all channels');
  if (quality !== undefined) parts.push(`JPEG ${quality.join(', ')}`);
  return parts.join(', ');
}

function signed(offset: number): string {
  return offset > 0 ? `+${offset}` : `−${-offset}`;
}
