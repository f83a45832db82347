import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts';
import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import { createThumbnails } from '../../src/adapters/pixels/thumbnails/thumbnails.ts';
import { sha256Of } from '../../src/base/digest.ts';
import { PICTURE_FORMATS, type PictureFormat } from '../../src/domain/records.ts';
import { pictureResponse } from '../../src/web/pictures.ts';

const LIMITS = { maxPixels: 1e6 };
const FILES: Readonly<Record<PictureFormat, string>> = {
  jpg: 'pictures/grey.jpg',
  png: 'pictures/grey8.png',
  webp: 'kinds/lossy.webp',
  gif: 'kinds/palette.gif',
  bmp: 'kinds/rgb.bmp',
  tiff: 'kinds/orientation-8.tiff',
};

async function responseTo(format: PictureFormat, request: { head?: boolean; ifNoneMatch?: string } = {}) {
  const bytes = readFileSync(new URL(`../fixtures/${FILES[format]}`, import.meta.url));
  const sha256 = sha256Of(bytes);
  const key = `image_database/00001.${format}`;
  const store = createMemoryObjectStore();
  await store.put([{ key, bytes }]);
  const thumbnails = createThumbnails(LIMITS);
  const { head = false, ifNoneMatch } = request;
  const picture = { key, sha256, format, isOdd: false };
  return {
    bytes,
    response: await pictureResponse(picture, store, thumbnails, { head, ifNoneMatch, version: undefined }),
  };
}

describe('the viewer sends a picture', () => {
  it.each(PICTURE_FORMATS.filter((format) => format !== 'tiff'))('in .%s as stored, as a picture', async (format) => {
    const { bytes, response } = await responseTo(format);
    expect(response.headers.get('content-type')).toMatch(/^image\/(jpeg|png|webp|gif|bmp)$/);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(bytes));
  });

  it('in .tiff as PNG, because browsers do not show TIFF', async () => {
    const { bytes, response } = await responseTo('tiff');
    expect(response.headers.get('content-type')).toBe('image/png');
    const sent = new Uint8Array(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(sent.length));
    const [pixels, original] = [await decodePicture(sent, 'png', LIMITS), await decodePicture(bytes, 'tiff', LIMITS)];
    expect(pixels).toEqual(original);
    const etag = response.headers.get('etag') ?? '';
    expect((await responseTo('tiff', { ifNoneMatch: etag })).response.status).toBe(304);
    expect((await responseTo('tiff', { head: true })).response.headers.get('content-type')).toBe('image/png');
  });
});
