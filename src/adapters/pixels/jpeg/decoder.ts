import { orient } from '../../../analysis/orientation.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import type { Allocator } from '../allocator.ts';
import { checkSize, type Limits } from '../limits.ts';
import { isMemoryTrouble } from '../memory-errors.ts';
import { type JpegHeader, readJpegHeader } from './header.ts';
import { jimpJpeg } from './jimp-jpeg.ts';
import { decodeWithLibjpeg, type LibjpegVerdict } from './libjpeg.ts';

// A few bytes can make a scan that goes over the whole picture: libjpeg's own limit against such files.
const MAX_SCANS = 500;
// jimp's decoder takes some 100 bytes and 100 ns for each pixel.
const MAX_PIXELS_OF_JIMP = 16e6;
const DAMAGED = 'the JPEG is cut short or damaged';

/** Decodes a JPEG to RGB as it is to be seen; `undecodable` or `too_large` where that cannot be. */
export async function decodeJpeg(bytes: Uint8Array, limits: Limits, room?: Allocator): Promise<Pixels> {
  const header = readJpegHeader(bytes);
  checkSize(header, limits);
  if (header.progressive && hasTooManyScans(bytes)) {
    throw new ImgpipeError('undecodable', `the JPEG has more than ${MAX_SCANS} scans`);
  }
  const upright = header.orientation === 1;
  return orient(await decodeStored(header.tidy, header, upright ? room : undefined), header.orientation);
}

async function decodeStored(bytes: Uint8Array, header: JpegHeader, room?: Allocator): Promise<Pixels> {
  if (header.sampling.length === 4) return decodeWithJimp(bytes, header);
  const verdict = askLibjpeg(bytes, header, room);
  if ('data' in verdict) return verdict;
  if (verdict.refused === 'header' && hasRareSampling(header)) return decodeWithJimp(bytes, header);
  throw new ImgpipeError('undecodable', DAMAGED);
}

function askLibjpeg(bytes: Uint8Array, header: JpegHeader, room?: Allocator): LibjpegVerdict {
  try {
    return decodeWithLibjpeg(bytes, header, room);
  } catch (thrown) {
    // The codec fell over these bytes twice, the second time on a fresh instance: they are what is wrong.
    if (isTrap(thrown)) throw new ImgpipeError('undecodable', DAMAGED, { cause: thrown });
    throw thrown;
  }
}

/** CMYK and YCCK, which the libjpeg wrapper cannot do, and sampling factors that TurboJPEG has no name for. */
async function decodeWithJimp(bytes: Uint8Array, header: JpegHeader): Promise<Pixels> {
  const { width, height } = header;
  if (width * height > MAX_PIXELS_OF_JIMP) {
    const over = `over the limit of ${MAX_PIXELS_OF_JIMP / 1e6} for JPEGs of its rare kind`;
    throw new ImgpipeError(
      'too_large',
      `the picture is ${width} × ${height} = ${(width * height) / 1e6} megapixels, ${over}`,
    );
  }
  const jpeg = await jimpJpeg();
  try {
    const options = { tolerantDecoding: false, formatAsRGBA: false, maxMemoryUsageInMB: 1024 };
    const decoded = jpeg.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), options);
    if (decoded.width === width && decoded.height === height) return { width, height, data: decoded.data };
  } catch (thrown) {
    if (isMemoryTrouble(thrown)) throw thrown;
    throw new ImgpipeError('undecodable', DAMAGED, { cause: thrown });
  }
  throw new ImgpipeError('undecodable', DAMAGED);
}

/** Whether the sampling is other than: chroma 1 × 1 below one of the usual lumas, or the same for all. */
function hasRareSampling({ sampling: [luma, ...chroma] }: JpegHeader): boolean {
  if (!luma || chroma.length === 0 || chroma.every(({ h, v }) => h === luma.h && v === luma.v)) return false;
  const usual = ['1x1', '2x1', '2x2', '1x2', '4x1', '1x4'].includes(`${luma.h}x${luma.v}`);
  return !usual || chroma.some(({ h, v }) => h !== 1 || v !== 1);
}

function hasTooManyScans(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let scans = 0;
  for (let at = file.indexOf('ffda', 0, 'hex'); at >= 0; at = file.indexOf('ffda', at + 2, 'hex')) {
    scans++;
    if (scans > MAX_SCANS) return true;
  }
  return false;
}

/** A trap inside WebAssembly or emscripten's abort; of memory only where it says so. */
function isTrap(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    thrown.name === 'RuntimeError' &&
    !/OOM|out of memory|enlarge|allocate/i.test(thrown.message)
  );
}
