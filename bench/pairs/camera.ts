import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import { encodeWithLibjpeg } from '../../src/adapters/pixels/jpeg/libjpeg.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';
import type { Random } from '../scenes/random.ts';

/** What lies between a scene and its picture. */
export interface Camera {
  /** The sensor's noise in levels, and what is added to all levels before they are clipped. */
  readonly noise?: number;
  readonly offset?: number;
  /** Every channel has the same noise, as where the sensor knows no colours. */
  readonly grey?: boolean;
  /** The JPEG file's quality; where there is none, the pixels are kept as they are. Several: saved over and over. */
  readonly quality?: readonly number[];
}

export async function photograph(scene: Pixels, camera: Camera, random: Random): Promise<Pixels> {
  let picture = exposed(scene, camera, random);
  for (const quality of camera.quality ?? []) picture = await saved(picture, quality);
  return picture;
}

function exposed(scene: Pixels, { noise = 0, offset = 0, grey = false }: Camera, random: Random): Pixels {
  if (noise === 0 && offset === 0) return scene;
  const data = new Uint8ClampedArray(scene.data.length);
  let grain = 0;
  for (let at = 0; at < data.length; at++) {
    if (noise > 0 && !(grey && at % 3 !== 0)) grain = noise * random.gaussian();
    // A clamped array rounds to the nearest level.
    data[at] = (scene.data[at] as number) + offset + grain;
  }
  return { ...scene, data: new Uint8Array(data.buffer) };
}

/** Baseline JPEG, 4:2:0, and read again. */
async function saved(picture: Pixels, quality: number): Promise<Pixels> {
  const bytes = encodeWithLibjpeg(picture, quality, (rgb) => rgb.set(picture.data));
  return decodePicture(bytes, 'jpg', { maxPixels: 1e6 });
}
