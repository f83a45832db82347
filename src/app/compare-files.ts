import type { Config } from '../config/settings.ts';
import { type ComparedPictures, comparePictures } from '../operations/compare-pictures.ts';
import { maskOf, openComparator, readPicture } from './adapters.ts';
import { measureOf } from './measure.ts';

/** Compares two files as a configuration says. Throws `not_found` where one is not there, and what else is wrong with it. */
export async function compareFiles(config: Config, reference: string, image: string): Promise<ComparedPictures> {
  const measure = measureOf(config);
  const read = async (file: string) => ({ file, bytes: await readPicture(config, file) });
  const mask = await maskOf(config);
  const pictures = {
    reference: await read(reference),
    image: await read(image),
    mask: mask && { file: config.mask, bytes: mask },
  };
  // One comparison is done sooner than a second thread is there.
  const comparator = await openComparator({ ...config, workers: config.workers === 'auto' ? 1 : config.workers });
  try {
    return await comparePictures(comparator, pictures, measure);
  } finally {
    await comparator.close();
  }
}
