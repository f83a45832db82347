import { parseArgs } from 'node:util';
import { changed } from '../src/analysis/changed/changed.ts';
import { l2 } from '../src/analysis/l2.ts';
import { EVENTS, FAINT, type Kind, NUISANCES } from './pairs/kinds.ts';
import { plainArea } from './pairs/plain-formula.ts';
import { head, row, say } from './print.ts';
import { createRandom } from './scenes/random.ts';
import { loadScenes, type Scene } from './scenes/scenes.ts';

/**
 * The false alarm and detection rates of the techniques, on pairs of pictures without and with an event. Scenes take
 * turns and are reproducible by seed.
 */
const HELP = `Usage: npm run bench:rates -- [options]

  --pairs <n>    pairs of each kind (default: 1000)
  --only <text>  only kinds whose names contain it (default: all)
  --size <n>     the pictures' width and height, from 100 to 350 (default: 160)
  --seed <n>     the seed of the scenes (default: 1)
`;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    size: { type: 'string', default: '160' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [pairs, size, seed] = [Number(values.pairs), Number(values.size), Number(values.seed)];
if (values.help || !(pairs >= 1 && size >= 100 && size <= 350 && Number.isInteger(size) && Number.isInteger(seed))) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  const scenes = await loadScenes();
  say(
    `Events in ${pairs} pairs of each kind, ${size} × ${size} pixels, seed ${seed}; the scene columns are of changed@2`,
  );
  await table('no event', NUISANCES, scenes);
  await table('event', EVENTS, scenes);
  await table('faint event', FAINT, scenes);
}

async function table(title: string, kinds: readonly Kind[], scenes: Readonly<Record<string, Scene>>): Promise<void> {
  const wanted = kinds.filter(({ name }) => name.includes(values.only));
  if (wanted.length === 0) return;
  head(title, 'l2@2', 'plain formula', '**changed@2**', ...Object.keys(scenes));
  for (const { name, make } of wanted) {
    const detected = { l2: 0, plain: 0, changed: 0 };
    const byScene = Object.keys(scenes).map(() => 0);
    for (let pair = 0; pair < pairs; pair++) {
      const random = createRandom(seed * 0x10001 + pair);
      const which = pair % byScene.length;
      const draw = Object.values(scenes)[which] as Scene;
      const [reference, image] = await make(draw(size, random), random);
      if (l2(reference, image).norm > 0) detected.l2++;
      if (plainArea(reference, image) > 0) detected.plain++;
      if (changed(reference, image).area === 0) continue;
      detected.changed++;
      (byScene[which] as number)++;
    }
    row(name, detected.l2, detected.plain, `**${detected.changed}**`, ...byScene);
  }
}
