/** Draws the pictures that the guides work on into a folder: `npm run example-pictures`, or with another folder's name. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { photograph } from '../../bench/pairs/camera.ts';
import { moved, type SceneEvent, star } from '../../bench/pairs/scene-events.ts';
import { createRandom } from '../../bench/scenes/random.ts';
import { loadScenes } from '../../bench/scenes/scenes.ts';
import { encodeJpeg } from '../../src/adapters/pixels/codec.ts';
import { clockMask, screen } from './screen.ts';

const SIZE = 640;

/** What a camera with a noisy sensor photographs; at some pictures something has happened since the one before. */
interface Camera {
  readonly folder: string;
  readonly scene: 'sky' | 'street';
  readonly pictures: number;
  readonly happenings: Readonly<Record<number, SceneEvent>>;
}

const CAMERAS: readonly Camera[] = [
  { folder: 'camera', scene: 'street', pictures: 12, happenings: { 5: moved(60, 20, 60), 9: moved(50, 12, 40) } },
  { folder: 'sky', scene: 'sky', pictures: 8, happenings: { 6: star(120) } },
];

async function photographs({ folder, scene, pictures, happenings }: Camera): Promise<void> {
  const scenes = await loadScenes();
  let now = scenes[scene]?.(SIZE, createRandom(7));
  const happening = createRandom(11);
  for (let number = 1; number <= pictures; number += 1) {
    if (now === undefined) throw new Error(`there is no scene ${scene}`);
    const next = happenings[number];
    if (next !== undefined) now = next(now, happening)[1];
    const picture = await photograph(now, { noise: 1.5 }, createRandom(100 + number));
    put(path.join(folder, `${String(number).padStart(3, '0')}.jpg`), encodeJpeg(picture));
  }
}

function put(name: string, bytes: Uint8Array): void {
  const file = path.join(process.argv[2] ?? 'pictures', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

for (const camera of CAMERAS) await photographs(camera);
put('screens/expected.png', screen({ time: 1, button: [30, 120, 60] }));
put('screens/same.png', screen({ time: 2, button: [30, 120, 60] }));
put('screens/broken.png', screen({ time: 3, button: [200, 60, 40] }));
put('screens/clock.png', clockMask());
