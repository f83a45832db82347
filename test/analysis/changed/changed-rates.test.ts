import { describe, expect, it } from 'vitest';
import { EVENTS, type Kind, NUISANCES } from '../../../bench/pairs/kinds.ts';
import { createRandom } from '../../../bench/scenes/random.ts';
import { loadScenes } from '../../../bench/scenes/scenes.ts';
import { changed } from '../../../src/analysis/changed/changed.ts';

/** Pairs of each scene. `npm run bench:rates` uses many more. */
const PAIRS = 5;
const SIZE = 120;
const SEED = 77;
/** Not all of these are detected: docs/techniques/changed.md. */
const TOO_FAINT = /^star.*σ 2, (JPEG|equal)/;

const scenes = Object.values(await loadScenes());

async function events({ make }: Kind): Promise<number> {
  let count = 0;
  for (const [scene, draw] of scenes.entries()) {
    for (let pair = 0; pair < PAIRS; pair++) {
      const random = createRandom(SEED + pair * scenes.length + scene);
      const [reference, image] = await make(draw(SIZE, random), random);
      if (changed(reference, image).area > 0) count++;
    }
  }
  return count;
}

const named = (kinds: readonly Kind[]) => kinds.map((kind) => [kind.name, kind] as const);

describe('changed on realistic pictures', () => {
  it.each(named(NUISANCES))('reports no event: %s', async (_, kind) => {
    expect(await events(kind)).toBe(0);
  });

  it.each(named(EVENTS.filter(({ name }) => !TOO_FAINT.test(name))))('reports every event: %s', async (_, kind) => {
    expect(await events(kind)).toBe(PAIRS * scenes.length);
  });
});
