import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { photograph } from '../../bench/pairs/camera.ts';
import { moved, type SceneEvent, star } from '../../bench/pairs/scene-events.ts';
import { createRandom } from '../../bench/scenes/random.ts';
import { loadScenes } from '../../bench/scenes/scenes.ts';
import { encodeJpeg } from '../../src/adapters/pixels/codec.ts';
import { imgpipe } from './imgpipe.ts';

/** The pictures of a camera. Something happens before every third picture. */
interface Watched {
  readonly stream: string;
  readonly scene: 'sky' | 'street' | 'room';
  readonly happens: readonly SceneEvent[];
}

const WATCHED: readonly Watched[] = [
  { stream: 'north-field', scene: 'sky', happens: [star(120), star(90), star(140)] },
  { stream: 'crossing', scene: 'street', happens: [moved(60, 20, 60), moved(50, 12, 40)] },
  { stream: 'testPipeline', scene: 'room', happens: [moved(50, 20, 80)] },
];

const SIZE = 640;

/** Runs a pipeline in a data folder: a sky, a street and a room compared by `changed`, and the generated stream also by `l2`. */
export async function watchScenes(data: string): Promise<void> {
  const scenes = await loadScenes();
  for (const { stream, scene, happens } of WATCHED) {
    const folder = path.join(data, '..', `pictures-${path.basename(data)}`, stream);
    mkdirSync(folder, { recursive: true });
    const happening = createRandom(11);
    let now = scenes[scene]?.(SIZE, createRandom(7));
    for (let number = 1; number <= 3 * (happens.length + 1) - 1; number += 1) {
      if (now === undefined) throw new Error(`unknown scene ${scene}`);
      const next = number % 3 === 0 ? happens[number / 3 - 1] : undefined;
      if (next !== undefined) now = next(now, happening)[1];
      const picture = await photograph(now, { noise: 1.5 }, createRandom(100 + number));
      writeFileSync(path.join(folder, `${number}.jpg`), encodeJpeg(picture));
    }
    await imgpipe(['run', '--data', data, '--stream', stream, '--technique', 'changed', folder]);
  }
  await imgpipe(['run', '--data', data, '--count', '12', '--technique', 'changed']);
  await imgpipe(['analyze', '--data', data, '--drain']);
  await imgpipe(['alert', '--data', data, '--drain']);
}
