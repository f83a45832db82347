import { describe, expect, it } from 'vitest';
import { NUISANCES } from '../../../bench/pairs/kinds.ts';
import { createRandom } from '../../../bench/scenes/random.ts';
import { loadScenes } from '../../../bench/scenes/scenes.ts';
import { changed } from '../../../src/analysis/changed/changed.ts';
import { samples16Of } from '../../../src/analysis/depth.ts';
import type { Pixels } from '../../../src/analysis/pixels.ts';
import { type Sky, STARS, sky } from '../../support/deep-skies.ts';

/** Pairs of skies with other noise. */
const PAIRS = 12;
/** 38 σ of the noise, which is less than a level. */
const NEW_STAR = { x: 70.3, y: 50.2, peak: 150 };

const SKIES: readonly (readonly [string, Omit<Sky, 'seed'>])[] = [
  ['as they are', {}],
  ['in colour', { isColour: true }],
  ['scaled to 16 bits', { scale: 16 }],
  ['with the noise of photons in bright stars', { gain: 1 }],
  ['with the noise of photons, in colour', { gain: 1, isColour: true }],
];

function widened({ width, height, data }: Pixels): Pixels {
  return { width, height, data, samples16: samples16Of({ width, height, data }) };
}

describe('changed on skies of 12 bits', () => {
  it.each(SKIES)('finds nothing in noise alone: %s', (_, options) => {
    for (let pair = 1; pair <= PAIRS; pair++) {
      const { area } = changed(sky({ ...options, seed: 2 * pair }), sky({ ...options, seed: 2 * pair + 1 }));
      expect(area, `pair ${pair}`).toBe(0);
    }
  });

  it.each(SKIES)('finds a star of 38 σ, and one that is gone: %s', (_, options) => {
    for (let pair = 1; pair <= PAIRS; pair++) {
      const without = sky({ ...options, seed: 2 * pair });
      const star = sky({ ...options, seed: 2 * pair + 1, stars: [...STARS, NEW_STAR] });
      for (const [reference, image, sign] of [
        [without, star, 1],
        [star, without, -1],
      ] as const) {
        const { regions } = changed(reference, image);
        expect(regions).toHaveLength(1);
        const [region] = regions;
        expect(Math.hypot((region?.centroid.x ?? 0) - 70.3, (region?.centroid.y ?? 0) - 50.2)).toBeLessThan(0.7);
        // The peak is in levels: about 150 samples.
        const peak = (sign * (region?.peak ?? 0) * 257) / (options.scale ?? 1);
        expect(peak).toBeGreaterThan(115);
        expect(peak).toBeLessThan(200);
      }
    }
  });

  it('ignores a change of brightness', () => {
    const image = sky({ seed: 3 });
    const samples16 = samples16Of(image).map((sample) => sample + 40);
    expect(changed(sky({ seed: 2 }), { ...image, samples16 })).toMatchObject({ area: 0 });
  });

  it('finds a colour that changes by less than a level', () => {
    const image = sky({ seed: 3, isColour: true });
    // Red and green in the ratio of their weights: the luma is unchanged.
    const samples16 = samples16Of(image).map((sample, at) => {
      const [x, y] = [Math.floor(at / 3) % image.width, Math.floor(at / 3 / image.width)];
      const isInside = x >= 64 && x < 80 && y >= 40 && y < 56;
      return sample + (isInside ? ([38, -19, 0][at % 3] as number) : 0);
    });
    const { regions } = changed(sky({ seed: 2, isColour: true }), { ...image, samples16 });
    expect(regions).toHaveLength(1);
    expect(regions[0]?.box).toMatchObject({ x: 64, y: 40, width: 16 });
  });

  it('sees nothing where the mask hides it', () => {
    const [reference, image] = [sky({ seed: 2 }), sky({ seed: 3, stars: [...STARS, NEW_STAR] })];
    const mask = { width: 160, height: 112, included: new Uint8Array(160 * 112).fill(1) };
    for (let y = 40; y < 60; y++) mask.included.fill(0, y * 160 + 60, y * 160 + 80);
    expect(changed(reference, image, mask)).toMatchObject({ area: 0 });
  });
});

describe('changed on pictures of 16 bits that have been JPEGs', async () => {
  const scenes = Object.values(await loadScenes());
  const saved = NUISANCES.filter(({ name }) => /^(JPEG|noise.*JPEG)/.test(name));

  it.each(saved.map((kind) => [kind.name, kind] as const))('finds nothing: %s', async (_, { make }) => {
    for (const [scene, draw] of scenes.entries()) {
      const random = createRandom(1000 + scene);
      const [reference, image] = await make(draw(120, random), random);
      expect(changed(widened(reference), widened(image)).area).toBe(0);
      expect(changed(reference, widened(image)).area).toBe(0);
      expect(changed(widened(reference), image).area).toBe(0);
    }
  });

  it('finds in 8 and in 16 bits what it finds in 8', async () => {
    const grey = (level: number, box: number): Pixels => {
      const data = new Uint8Array(40 * 40 * 3).fill(level);
      for (let y = 16; y < 24; y++) data.fill(box, (y * 40 + 16) * 3, (y * 40 + 24) * 3);
      return { width: 40, height: 40, data };
    };
    const [reference, image] = [grey(100, 100), grey(100, 190)];
    const { regions, area } = changed(reference, image);
    for (const [before, after] of [
      [reference, widened(image)],
      [widened(reference), image],
      [widened(reference), widened(image)],
    ] as const) {
      expect(changed(before, after)).toEqual({ regions, area, min: 0, max: 90 * 257 });
    }
  });
});
