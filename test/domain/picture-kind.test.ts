import { describe, expect, it } from 'vitest';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { formatOf } from '../../src/domain/picture-format.ts';

/** The code and message of the error for a file. */
function refusal(bytes: Uint8Array): string {
  try {
    return formatOf(bytes);
  } catch (error) {
    if (error instanceof ImgpipeError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const brand = (major: string, ...others: string[]) => `\0\0\0\x20ftyp${major}\0\0\0\0${others.join('')}`;

describe('a file that should be a picture', () => {
  it.each([
    ['HEIC', brand('heic', 'mif1', 'heic')],
    ['HEIC', brand('mif1', 'mif1', 'heic')],
    ['AVIF', brand('avif', 'avif', 'mif1', 'miaf')],
    ['AVIF', brand('mif1', 'avif')],
    ['JPEG 2000', '\0\0\0\x0cjP  \x0d\x0a\x87\x0a'],
    ['JPEG 2000', '\xff\x4f\xff\x51\0\x29'],
    ['JPEG XL', '\xff\x0a\xfa\x1f'],
    ['JPEG XL', '\0\0\0\x0cJXL \x0d\x0a\x87\x0a'],
    ['BigTIFF', 'II+\0\x08\0\0\0'],
    ["a camera's raw picture", 'II*\0\x10\0\0\0CR\x02\0'],
    ["a camera's raw picture", 'FUJIFILMCCD-RAW 0201'],
    ["a camera's raw picture", brand('crx ')],
    ['FITS', 'SIMPLE  =                    T / conforms to FITS standard'],
    ['SVG, a drawing', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    [
      'SVG, a drawing',
      '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a drawing -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN">\n<svg>',
    ],
    ['a portable bitmap (PNM)', 'P6\n2 2\n255\n'],
    ['a portable bitmap (PNM)', 'PF\n2 2\n-1.0\n'],
    ['JPEG XR', 'II\xbc\x01\x20\0\0\0'],
    ['XISF', 'XISF0100'],
    ['DICOM', `${'\0'.repeat(128)}DICM`],
    ['a GIMP document', 'gimp xcf v011\0'],
    ['an icon (ICO)', '\0\0\x02\0\x01\0'],
    ['a Targa picture (TGA)', '\0\0\x0a\0\0\0\0\0\0\0'],
    ['an icon (ICNS)', 'icns\0\0\0\x08'],
    ['a Windows metafile', `\x01\0\0\0${'\0'.repeat(36)} EMF`],
  ])('of a kind that is not read is told as %s', (name, start) => {
    expect(refusal(Buffer.from(start, 'latin1'))).toBe(
      `undecodable: it is ${name}, which imgpipe does not read: have its source write JPEG or PNG, or convert it`,
    );
  });

  it.each([
    ['a web page (HTML)', '<!DOCTYPE html>\n<html><body>Not found'],
    ['a web page (HTML)', '\n<HTML><HEAD><TITLE>401 Unauthorized</TITLE>'],
    ['an XML document', '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'],
    ['JSON', '{"error": "not authorized"}'],
    ['JSON', '[1, 2]'],
    ['a PDF document', '%PDF-1.7\n'],
    ['an MP4 video', brand('isom', 'iso2avc1mp41')],
    ['a QuickTime video', brand('qt  ')],
    ['a Matroska or WebM video', '\x1a\x45\xdf\xa3\x01'],
    ['an AVI video', 'RIFF\0\0\0\0AVI LIST'],
    ['a ZIP archive', 'PK\x03\x04'],
    ['nothing but zeros, as after a power cut', '\0'.repeat(5000)],
    ['text', 'connection refused\n'],
    ['text', 'Kamera 3: gestört'],
    ['a web page (HTML)', '<h1>Unauthorized</h1>'],
    ['text (UTF-16)', '\xff\xfet\0e\0x\0t\0'],
    ['an xz file', '\xfd7zXZ\0\0\x04'],
    ['a RAR archive', 'Rar!\x1a\x07\0'],
    ['a tar archive', `a.jpg${'\0'.repeat(252)}ustar\0`],
    ['a QuickTime video', '\0\0\x10\0moov'],
    ['an MPEG video', `\x47${'\0'.repeat(187)}`.repeat(3)],
    ['a video of an astronomical camera (SER)', 'LUCAM-RECORDER\0'],
    ['an H.264 or H.265 video stream', '\0\0\x01\x67\x42'],
    ["macOS's file about another file (AppleDouble)", '\0\x05\x16\x07\0\x02\0\0Mac OS X'],
    ['an HDF5 file', '\x89HDF\r\n\x1a\n'],
    ['nothing but bytes of 0xff, as of erased memory', '\xff'.repeat(5000)],
    ['a stream of pictures (multipart)', '--boundary\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0'],
    ['an HTTP response with its header', 'HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00'],
  ])('and is none is told as %s', (name, start) => {
    expect(refusal(Buffer.from(start, name === 'text' ? 'utf8' : 'latin1'))).toBe(
      `not_a_picture: it is ${name}, not a picture, whatever its name says: check its source`,
    );
  });

  it.each([
    ['a JPEG with nothing but its first two bytes, or with wrong ones after them', '\xff\xd8'],
    ['a JPEG with nothing but its first two bytes, or with wrong ones after them', '\xff\xd8\0\0\xff\xe0'],
    ['a JPEG after 2 other bytes', '\r\n\xff\xd8\xff\xe0'],
    ['a PNG whose first bytes are wrong, as after a transfer as text', '\x89PNG\n\x1a\n'],
  ])('and whose first bytes are wrong is told as %s', (name, start) => {
    expect(refusal(Buffer.from(start, 'latin1'))).toBe(`undecodable: it is ${name}: check its source`);
  });

  it('is told as empty, or as of no known kind', () => {
    expect(refusal(Buffer.of())).toBe('not_a_picture: the file is empty');
    expect(refusal(Buffer.of(0x7f, 1, 2, 3))).toBe(
      'not_a_picture: it is no picture of a known kind, whatever its name says: check its source',
    );
  });

  it('is known by its bytes, not by its name', () => {
    expect(refusal(Buffer.from('GIF89a'))).toBe('gif');
  });
});
