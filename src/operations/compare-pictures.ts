import { sha256Of } from '../base/digest.ts';
import { asImgpipeError, ImgpipeError } from '../domain/errors.ts';
import { formatOf } from '../domain/picture-format.ts';
import type { PictureFormat, WrittenFormat } from '../domain/records.ts';
import type { Comparator, Comparison, Measure, PictureSource } from '../ports/comparator.ts';

/** A picture file with its bytes. */
export interface NamedPicture {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface PicturesToCompare {
  readonly reference: NamedPicture;
  readonly image: NamedPicture;
  readonly mask: NamedPicture | undefined;
}

/** One of the compared pictures; its size is after EXIF orientation. */
export interface ComparedPicture {
  readonly file: string;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  /** What is odd about the file. */
  readonly notes: readonly string[];
}

/** How two pictures differ. */
export interface ComparedPictures extends Comparison, Measure {
  readonly reference: ComparedPicture;
  readonly image: ComparedPicture;
  readonly mask: Pick<ComparedPicture, 'file' | 'sha256'> | null;
}

/** Compares two pictures without a pipeline; `draw` is the format of the difference image, or false. Errors name the file. */
export async function comparePictures(
  comparator: Comparator,
  pictures: PicturesToCompare,
  measure: Measure,
  options: { readonly draw?: WrittenFormat | false } = {},
): Promise<ComparedPictures> {
  const reference = await look(comparator, pictures.reference);
  const image = await look(comparator, pictures.image);
  const mask = pictures.mask && sourceOf(pictures.mask);
  const pair = { reference: reference.source, image: image.source, mask };
  return {
    ...(await comparator.compare(pair, measure, options)),
    ...measure,
    reference: reference.compared,
    image: image.compared,
    mask: pictures.mask && mask ? { file: pictures.mask.file, sha256: mask.sha256 } : null,
  };
}

async function look(comparator: Comparator, picture: NamedPicture) {
  const source = sourceOf(picture);
  const fact = await comparator.inspect(source);
  if (fact.verdict !== 'decodes') throw new ImgpipeError(fact.verdict, `${picture.file}: ${fact.detail}`);
  const { width, height, notes = [] } = fact;
  return { source, compared: { file: picture.file, sha256: source.sha256, width, height, notes } };
}

function sourceOf({ file, bytes }: NamedPicture): PictureSource {
  return { sha256: sha256Of(bytes), format: namedFormatOf(file, bytes), read: async () => bytes };
}

function namedFormatOf(file: string, bytes: Uint8Array): PictureFormat {
  try {
    return formatOf(bytes);
  } catch (thrown) {
    const { code, message } = asImgpipeError(thrown);
    throw new ImgpipeError(code, `${file}: ${message}`, { cause: thrown });
  }
}
