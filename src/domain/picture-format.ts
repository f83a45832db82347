import { startsWith, textAt, uint32At } from '../base/read-bytes.ts';
import { ImgpipeError } from './errors.ts';
import { unreadKind } from './picture-kind.ts';
import type { PictureFormat } from './records.ts';

/** The format by the file's first bytes, whatever its name; undefined if it is none of those that are read. */
export function sniffFormat(bytes: Uint8Array): PictureFormat | undefined {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpg';
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  const start = textAt(bytes, 0, 4);
  if (start === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP') return 'webp';
  if (start === 'GIF8' && ['7a', '9a'].includes(textAt(bytes, 4, 2))) return 'gif';
  // Canon's raw format CR2 is a TIFF whose first picture is only a preview.
  if ((start === 'II*\0' || start === 'MM\0*') && textAt(bytes, 8, 2) !== 'CR') return 'tiff';
  // The two letters alone would be found in text files too.
  if (start.startsWith('BM') && BMP_HEADERS.includes(uint32At(bytes, 14) ?? 0)) return 'bmp';
  return undefined;
}

/** The lengths of the headers that can follow a BMP's file header. */
const BMP_HEADERS = [12, 40, 52, 56, 64, 108, 124];

/**
 * The format of a file that should be a picture. Throws `undecodable` for a picture of a kind that is not read, or whose first bytes are wrong, and
 * `not_a_picture` for anything else; the message names the kind, and can follow the file's name.
 */
export function formatOf(bytes: Uint8Array): PictureFormat {
  const format = sniffFormat(bytes);
  if (format !== undefined) return format;
  if (bytes.length === 0) throw new ImgpipeError('not_a_picture', 'the file is empty');
  const kind = unreadKind(bytes);
  if (kind?.is === 'damaged') throw new ImgpipeError('undecodable', `it is ${kind.name}: check its source`);
  if (kind?.is === 'picture') {
    throw new ImgpipeError(
      'undecodable',
      `it is ${kind.name}, which imgpipe does not read: have its source write JPEG or PNG, or convert it`,
    );
  }
  const what = kind === undefined ? 'it is no picture of a known kind' : `it is ${kind.name}, not a picture`;
  throw new ImgpipeError('not_a_picture', `${what}, whatever its name says: check its source`);
}
