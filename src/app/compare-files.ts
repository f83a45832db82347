import type { Config } from '../config/settings.ts';
import type { WrittenFormat } from '../domain/records.ts';
import { type ComparedPictures, comparePictures } from '../operations/compare-pictures.ts';
import type { RegisteredTechnique } from './custom-techniques.ts';
import { measureOf } from './measure.ts';
import { maskOf, openComparator, readPicture, workersFor } from './pixel-adapters.ts';

export interface CompareFilesOptions {
  /** The techniques that a program provides. */
  readonly techniques?: readonly RegisteredTechnique[];
  /** The format of the difference image, by default JPEG; false for none. */
  readonly draw?: WrittenFormat | false;
}

/** Compares two files with the configured technique. Throws `not_found` if one does not exist, and other errors that name the file. */
export async function compareFiles(
  config: Config,
  reference: string,
  image: string,
  { techniques = [], draw = 'jpg' }: CompareFilesOptions = {},
): Promise<ComparedPictures> {
  const measure = measureOf(config, techniques);
  const read = async (file: string) => ({ file, bytes: await readPicture(config, file) });
  const mask = await maskOf(config);
  const pictures = {
    reference: await read(reference),
    image: await read(image),
    mask: mask && { file: config.mask, bytes: mask.bytes },
  };
  const bytes = [pictures.reference, pictures.image].map((picture) => picture.bytes);
  const comparator = openComparator({ ...config, workers: workersFor(bytes, config) }, { techniques });
  try {
    return await comparePictures(comparator, pictures, measure, { draw });
  } finally {
    await comparator.close();
  }
}
