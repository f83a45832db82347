import type { Config } from '../config/settings.ts';
import { type ComparedPictures, comparePictures } from '../operations/compare-pictures.ts';
import type { RegisteredTechnique } from './custom-techniques.ts';
import { measureOf } from './measure.ts';
import { isSmall, maskOf, openComparator, readPicture } from './pixel-adapters.ts';

/** Compares two files with the configured technique. Throws `not_found` if one does not exist, and other errors that name the file. */
export async function compareFiles(
  config: Config,
  reference: string,
  image: string,
  techniques: readonly RegisteredTechnique[] = [],
): Promise<ComparedPictures> {
  const measure = measureOf(config, techniques);
  const read = async (file: string) => ({ file, bytes: await readPicture(config, file) });
  const mask = await maskOf(config);
  const pictures = {
    reference: await read(reference),
    image: await read(image),
    mask: mask && { file: config.mask, bytes: mask },
  };
  const bytes = [pictures.reference, pictures.image].map((picture) => picture.bytes);
  const comparator = await openComparator({ ...config, workers: await workersFor(bytes, config) }, { techniques });
  try {
    return await comparePictures(comparator, pictures, measure);
  } finally {
    await comparator.close();
  }
}

/** One comparison ends before a second thread has started, and one of small pictures before the first has. */
async function workersFor(pictures: readonly Uint8Array[], config: Config): Promise<Config['workers']> {
  if (config.workers !== 'auto') return config.workers;
  const small = await Promise.all(pictures.map((bytes) => isSmall(bytes, config)));
  return small.every(Boolean) ? 0 : 1;
}
