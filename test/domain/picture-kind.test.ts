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
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00'],
  ])('and is none is told as %s', (name, start) => {
    expect(refusal(Buffer.from(start, name === 'text' ? 'utf8' : 'latin1'))).toBe(
      `not_a_picture: it is ${name}, not a picture, whatever its name says: check its source`,
    );
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
