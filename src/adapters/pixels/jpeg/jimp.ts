import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import type { JpegHeader } from './header.ts';

type JimpFormat = ReturnType<typeof import('jimp')['defaultFormats'][number]>;
type JimpJpeg = Extract<JimpFormat, { mime: 'image/jpeg' }>;

// jimp's decoder takes about 100 bytes and 100 ns for each pixel.
const MAX_PIXELS = 16e6;
/** The message of `undecodable` for a JPEG whose data is at fault. */
export const CORRUPT = 'the JPEG is truncated or corrupt';

let format: Promise<JimpJpeg> | undefined;

/**
 * Loads jimp on first use, because that is slow and hardly any JPEG needs it. Does not use `Jimp.read`, which would
 * detect the format again and apply the EXIF orientation itself.
 */
function loadJimp(): Promise<JimpJpeg> {
  format ??= import('jimp').then(({ defaultFormats }) => {
    const jpeg = defaultFormats.map((create) => create()).find(({ mime }) => mime === 'image/jpeg');
    if (jpeg?.mime !== 'image/jpeg') throw new Error('jimp does not support JPEG any more');
    return jpeg;
  });
  return format;
}

/**
 * Decodes what the libjpeg wrapper does not support: CMYK and YCCK, and subsampling that TurboJPEG does not know.
 * Throws `undecodable` or `too_large`.
 */
export async function decodeWithJimp(bytes: Uint8Array, header: JpegHeader): Promise<Pixels> {
  const { width, height } = header;
  if (width * height > MAX_PIXELS) {
    const over = `over the limit of ${MAX_PIXELS / 1e6} for JPEGs in CMYK or with uncommon subsampling`;
    throw new ImgpipeError(
      'too_large',
      `the picture is ${width} × ${height} = ${(width * height) / 1e6} megapixels, ${over}`,
    );
  }
  const jpeg = await loadJimp();
  try {
    const options = { tolerantDecoding: false, formatAsRGBA: false, maxMemoryUsageInMB: 1024 };
    const decoded = jpeg.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), options);
    if (decoded.width === width && decoded.height === height) return { width, height, data: decoded.data };
  } catch (thrown) {
    if (isOutOfMemory(thrown)) throw thrown;
    throw new ImgpipeError('undecodable', CORRUPT, { cause: thrown });
  }
  throw new ImgpipeError('undecodable', CORRUPT);
}

/** Whether an error is due to the machine's memory, and not to the bytes that were being decoded. */
export function isOutOfMemory(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ((thrown as NodeJS.ErrnoException).code === 'ERR_MEMORY_ALLOCATION_FAILED') return true;
  return thrown instanceof RangeError && /allocat|out of memory|invalid array length/i.test(thrown.message);
}
