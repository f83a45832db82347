import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import { encodeWithLibjpeg } from '../../src/adapters/pixels/jpeg/libjpeg.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';
import type { Random } from '../scenes/random.ts';

/** How a scene becomes a picture. */
export interface Camera {
  /**
   * The standard deviation of the sensor's noise, and a brightness offset, in levels; both are added before clipping.
   */
  readonly noise?: number;
  readonly offset?: number;
  /** Use the same noise for all channels, as with a monochrome sensor. */
  readonly grey?: boolean;
  /** JPEG qualities: the picture is encoded once for each, in order. Without any, it is not encoded. */
  readonly quality?: readonly number[];
}

export async function photograph(scene: Pixels, camera: Camera, random: Random): Promise<Pixels> {
  let picture = exposed(scene, camera, random);
  for (const quality of camera.quality ?? []) picture = await recompressed(picture, quality);
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

/** Encodes as a baseline JPEG with 4:2:0, and decodes again. */
async function recompressed(picture: Pixels, quality: number): Promise<Pixels> {
  const bytes = encodeWithLibjpeg(picture, quality, (rgb) => rgb.set(picture.data));
  return decodePicture(bytes, 'jpg', { maxPixels: 1e6 });
}
