import { startsWith, textAt } from '../base/read-bytes.ts';

/** A kind of file that is not read. */
export interface UnreadKind {
  /** With its article: `HEIC`, `a web page (HTML)`. */
  readonly name: string;
  readonly isPicture: boolean;
}

/** What a file is that is in no format that is read, by its first bytes; undefined if that is not known. */
export function unreadKind(bytes: Uint8Array): UnreadKind | undefined {
  return mediaKind(bytes) ?? signatureKind(bytes) ?? textKind(bytes);
}

const picture = (name: string): UnreadKind => ({ name, isPicture: true });
const other = (name: string): UnreadKind => ({ name, isPicture: false });

const RAW = picture("a camera's raw picture");
const BIG_TIFF = picture('BigTIFF');

/** Files that start with these characters. */
const SIGNATURES: readonly (readonly [string, UnreadKind])[] = [
  ['\xff\x4f\xff\x51', picture('JPEG 2000')],
  ['\0\0\0\x0cjP  ', picture('JPEG 2000')],
  ['\xff\x0a', picture('JPEG XL')],
  ['\0\0\0\x0cJXL ', picture('JPEG XL')],
  ['II+\0', BIG_TIFF],
  ['MM\0+', BIG_TIFF],
  ['II*\0', RAW],
  ['MM\0*', RAW],
  ['IIRO', RAW],
  ['IIRS', RAW],
  ['MMOR', RAW],
  ['IIU\0', RAW],
  ['FUJIFILMCCD-RAW', RAW],
  ['FOVb', RAW],
  ['SIMPLE  =', picture('FITS')],
  ['8BPS', picture('a Photoshop document')],
  ['v/1\x01', picture('OpenEXR')],
  ['#?RADIANCE', picture('Radiance HDR')],
  ['qoif', picture('QOI')],
  ['BPG\xfb', picture('BPG')],
  ['DDS ', picture('DDS')],
  ['\0\0\x01\0', picture('an icon (ICO)')],
  ['%PDF', other('a PDF document')],
  ['\x1aE\xdf\xa3', other('a Matroska or WebM video')],
  ['FLV\x01', other('a Flash video')],
  ['\0\0\x01\xba', other('an MPEG video')],
  ['\0\0\x01\xb3', other('an MPEG video')],
  ['\0\0\0\x01', other('an H.264 or H.265 video stream')],
  ['OggS', other('an Ogg recording')],
  ['PK\x03\x04', other('a ZIP archive')],
  ['\x1f\x8b', other('a gzip file')],
  ['7z\xbc\xaf\x27\x1c', other('a 7z archive')],
  ['SQLite format 3\0', other('an SQLite database')],
];

function signatureKind(bytes: Uint8Array): UnreadKind | undefined {
  const start = textAt(bytes, 0, 16);
  const found = SIGNATURES.find(([signature]) => start.startsWith(signature));
  if (found !== undefined) return found[1];
  if (/^P[1-7]\s/.test(start)) return picture('a portable bitmap (PNM)');
  if (bytes.every((byte) => byte === 0)) return other('nothing but zeros, as after a power cut');
  return undefined;
}

/** Containers that hold pictures, films or sound: ISO's (ISO/IEC 14496-12), whose brand tells which, and RIFF. */
function mediaKind(bytes: Uint8Array): UnreadKind | undefined {
  if (startsWith(bytes, [0x52, 0x49, 0x46, 0x46])) {
    const type = textAt(bytes, 8, 4);
    return type === 'AVI ' ? other('an AVI video') : other(`a RIFF file${type === 'WAVE' ? ' with sound' : ''}`);
  }
  if (textAt(bytes, 4, 4) !== 'ftyp') return undefined;
  const brands = textAt(bytes, 8, 64);
  const major = brands.slice(0, 4);
  if (major === 'avif' || major === 'avis' || (major === 'mif1' && brands.includes('avif'))) return picture('AVIF');
  if (/^(hei[cxms]|hev[cxms]|mif1|msf1)/.test(major)) return picture('HEIC');
  if (major === 'crx ') return RAW;
  return other(major === 'qt  ' ? 'a QuickTime video' : 'an MP4 video');
}

/** How much of a text is looked at. */
const TEXT_LENGTH = 4096;

function textKind(bytes: Uint8Array): UnreadKind | undefined {
  const start = bytes.subarray(0, TEXT_LENGTH);
  if (start.some(isControl)) return undefined;
  const text = textAt(start, 0, TEXT_LENGTH)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  // What may stand before the first element: a declaration, comments and a document type.
  const body = text.replace(/^(<\?xml[^>]*>|<!--.*?-->|<!doctype svg[^>]*>|\s+)+/s, '');
  if (body.startsWith('<svg')) return picture('SVG, a drawing');
  if (/^<(!doctype html|html|head|body|script|title)\b/.test(body)) return other('a web page (HTML)');
  if (text.startsWith('<?xml') || /^<[a-z][\w:.-]*[\s>/]/.test(text)) return other('an XML document');
  if (/^[[{]\s*(["[{\]}\d-]|true|false|null|$)/.test(text)) return other('JSON');
  if (text.startsWith('version https://git-lfs')) return other('a Git LFS pointer');
  return other('text');
}

/** Control characters that no text has. */
function isControl(byte: number): boolean {
  return byte < 32 ? byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27 : byte === 127;
}
