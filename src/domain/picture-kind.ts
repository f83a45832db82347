import { counted } from '../base/counted.ts';
import { startsWith, textAt } from '../base/read-bytes.ts';
import { damaged, other, picture, RAW, SIGNATURES, type UnreadKind } from './picture-signatures.ts';

/** What a file is that is in no format that is read, by its first bytes; undefined if that is not known. */
export function unreadKind(bytes: Uint8Array): UnreadKind | undefined {
  return mediaKind(bytes) ?? signatureKind(bytes) ?? wrappedPicture(bytes) ?? textKind(bytes) ?? placedKind(bytes);
}

function signatureKind(bytes: Uint8Array): UnreadKind | undefined {
  const start = textAt(bytes, 0, 16);
  const found = SIGNATURES.find(([signature]) => start.startsWith(signature));
  if (found !== undefined) return found[1];
  if (/^P[1-7Ff]\s/.test(start)) return picture('a portable bitmap (PNM)');
  if (bytes.every((byte) => byte === 0)) return other('nothing but zeros, as after a power cut');
  if (bytes.every((byte) => byte === 0xff)) return other('nothing but bytes of 0xff, as of erased memory');
  return undefined;
}

/** The length of a packet of an MPEG transport stream, which starts with this byte. */
const [PACKET, SYNC] = [188, 0x47];

/** Files whose signature is not at their start. */
function placedKind(bytes: Uint8Array): UnreadKind | undefined {
  if (textAt(bytes, 128, 4) === 'DICM') return picture('DICOM');
  if (textAt(bytes, 257, 5) === 'ustar') return other('a tar archive');
  if (textAt(bytes, 0, 4) === '\x01\0\0\0' && textAt(bytes, 40, 4) === ' EMF') return picture('a Windows metafile');
  if ([0, 1, 2].every((packet) => bytes[packet * PACKET] === SYNC)) return other('an MPEG video');
  return undefined;
}

/** A JPEG that follows other bytes: those of a protocol, or a few that do not belong there. */
function wrappedPicture(bytes: Uint8Array): UnreadKind | undefined {
  const start = textAt(bytes, 0, TEXT_LENGTH);
  const at = start.indexOf('\xff\xd8\xff');
  if (at < 0) return undefined;
  const before = start.slice(0, at);
  if (/^\s*--/.test(before)) return other('a stream of pictures (multipart)');
  if (/^\s*(http\/\d|content-)/i.test(before)) return other('an HTTP response with its header');
  return at <= MAX_BEFORE ? damaged(`a JPEG after ${counted(at, 'other byte')}`) : undefined;
}

/** As many bytes may precede a JPEG that is told as one. */
const MAX_BEFORE = 64;

/** Containers that hold pictures, films or sound: ISO's (ISO/IEC 14496-12), whose brand tells which, and RIFF. */
function mediaKind(bytes: Uint8Array): UnreadKind | undefined {
  if (startsWith(bytes, [0x52, 0x49, 0x46, 0x46])) {
    const type = textAt(bytes, 8, 4);
    return type === 'AVI ' ? other('an AVI video') : other(`a RIFF file${type === 'WAVE' ? ' with sound' : ''}`);
  }
  const box = textAt(bytes, 4, 4);
  // Old QuickTime has no brand.
  if (box === 'moov' || box === 'mdat' || box === 'wide') return other('a QuickTime video');
  if (box !== 'ftyp') return undefined;
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
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff])) return other('text (UTF-16)');
  const start = bytes.subarray(0, TEXT_LENGTH);
  if (start.some(isControl)) return undefined;
  const text = textAt(start, 0, TEXT_LENGTH)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  // What may stand before the first element: a declaration, comments and a document type.
  const body = text.replace(/^(<\?xml[^>]*>|<!--.*?-->|<!doctype svg[^>]*>|\s+)+/s, '');
  if (body.startsWith('<svg')) return picture('SVG, a drawing');
  if (/^<(!doctype html|html|head|body|script|title|meta|h1|center)\b/.test(body)) return other('a web page (HTML)');
  if (text.startsWith('<?xml') || /^<[a-z][\w:.-]*[\s>/]/.test(text)) return other('an XML document');
  if (/^[[{]\s*(["[{\]}\d-]|true|false|null|$)/.test(text)) return other('JSON');
  if (text.startsWith('version https://git-lfs')) return other('a Git LFS pointer');
  return other('text');
}

/** Control characters that no text has. */
function isControl(byte: number): boolean {
  return byte < 32 ? byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27 : byte === 127;
}
