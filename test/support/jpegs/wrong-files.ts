import { createJpegDecoder, type JpegDecoder } from '../../../src/adapters/pixels/jpeg/kernel-decoder.ts';
import { describeJpeg, type JpegSet } from './description.ts';
import { digestOf, digestsOf } from './digests.ts';
import { makeJpeg } from './file.ts';

const DECODERS = {
  8: createJpegDecoder(8) as JpegDecoder,
  12: createJpegDecoder(12) as JpegDecoder,
};

/** The numbers of a set's files that do not decode to the expected samples, without a note. */
export function wrongFiles(set: JpegSet): number[] {
  return digestsOf(set).flatMap((expected, index) => {
    const description = describeJpeg(set, index);
    const pixels = DECODERS[description.precision](makeJpeg(description), { height: 0, acceptsDamage: false });
    if (pixels === undefined) return index;
    const { width, height, data, samples16, notes } = pixels;
    const isRight = width === description.width && height === description.height && notes === undefined;
    return isRight && digestOf(samples16 ?? data) === expected ? [] : index;
  });
}
