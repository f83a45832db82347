import type { Config } from '../config/settings.ts';
import { type ComparedPictures, comparePictures } from '../operations/compare-pictures.ts';
import { maskOf, openComparator, readPicture } from './adapters.ts';
import type { RegisteredTechnique } from './custom-techniques.ts';
import { measureOf } from './measure.ts';

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
  // One comparison ends before a second thread has started.
  const one = { ...config, workers: config.workers === 'auto' ? 1 : config.workers };
  const comparator = await openComparator(one, { techniques });
  try {
    return await comparePictures(comparator, pictures, measure);
  } finally {
    await comparator.close();
  }
}
