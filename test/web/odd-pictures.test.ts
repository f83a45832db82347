import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePicture } from '../../src/adapters/pixels/codec.ts';
import { sha256Of } from '../../src/base/digest.ts';
import type { PictureFormat } from '../../src/domain/records.ts';
import { deepTiff } from '../support/deep-pictures.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { lastingFolder } from '../support/temporary-folder.ts';
import { lastingViewer } from '../support/viewer.ts';

const LIMITS = { maxPixels: 1e6 };
const data = path.join(lastingFolder(), 'data');
const read = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const NO_END = ['a', 'b'].map((name) => read(`odd-pictures/no-eoi.${name}.jpg`));
const LOST = ['junk-before-rst.a.jpg', 'packet-lost-in-one-interval.b.jpg'].map((name) => read(`odd-pictures/${name}`));
const TIFFS = [0, 30].map((star) =>
  deepTiff({ width: 8, height: 8, samples: Array.from({ length: 192 }, (_, at) => 4000 + at + (at < 3 ? star : 0)) }),
);

/** Alert 1 is of JPEGs without an end marker, 2 of one with lost data, 3 of TIFFs of 16 bits. */
beforeAll(async () => {
  const folder = lastingFolder();
  for (const [stream, files, format] of [
    ['ends', NO_END, 'jpg'],
    ['lost', LOST, 'jpg'],
    ['tiffs', TIFFS, 'tiff'],
  ] as const) {
    const pictures = path.join(folder, stream);
    mkdirSync(pictures);
    for (const [index, file] of files.entries()) writeFileSync(path.join(pictures, `${index}.${format}`), file);
    const args = ['run', pictures, '--stream', stream, '--damaged-pictures', 'compare_whole', '--threshold', '0'];
    expect(await imgpipe([...args, '--data', data])).toMatchObject({ status: 0 });
  }
});
const lasting = lastingViewer(data);

async function sent(address: string): Promise<{ readonly type: string | null; readonly bytes: Uint8Array }> {
  const response = await lasting.viewer.get(address);
  expect(response.status).toBe(200);
  return { type: response.headers.get('content-type'), bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** The pixels of a picture as the page shows it. */
async function shown(address: string): Promise<string> {
  const { type, bytes } = await sent(address);
  expect(type).toBe('image/png');
  return sha256Of((await decodePicture(bytes, 'png', LIMITS)).data);
}

async function pixels(file: Uint8Array, format: PictureFormat): Promise<string> {
  return sha256Of((await decodePicture(file, format, { ...LIMITS, acceptsDamage: true })).data);
}

const page = async (alert: number) => (await lasting.viewer.get(`/alerts/${alert}`)).text();

describe('the page of an alert', () => {
  test('shows a JPEG without an end marker as it was compared, and links to the file', async () => {
    const html = await page(1);
    expect(html).toContain('An odd file is drawn as imgpipe decoded it');
    for (const [index, role] of ['reference', 'image'].entries()) {
      expect(html).toMatch(new RegExp(`<img src="/alerts/1/${role}/shown\\?v=`));
      expect(html).toMatch(new RegExp(`<a href="/alerts/1/${role}\\?v=`));
      const file = NO_END[index] ?? Buffer.of();
      expect(await shown(`/alerts/1/${role}/shown`)).toBe(await pixels(file, 'jpg'));
      expect(await sent(`/alerts/1/${role}`)).toEqual({ type: 'image/jpeg', bytes: new Uint8Array(file) });
    }
    expect(html).toContain('<img src="/alerts/1/difference?v=');
  });

  test('shows a picture with lost data as far as it is whole, also as a thumbnail', async () => {
    expect(await page(2)).toMatch(/<img src="\/alerts\/2\/image\/shown\?v=/);
    expect(await shown('/alerts/2/image/shown')).toBe(await pixels(LOST[1] ?? Buffer.of(), 'jpg'));
    expect((await sent('/alerts/2/image/thumbnail')).type).toBe('image/jpeg');
  });

  test('shows TIFFs of 16 bits with one stretch, and links to the files', async () => {
    const html = await page(3);
    expect(html).toContain('Pictures of 16 bits are drawn in 8');
    expect(html).not.toContain('An odd file is drawn');
    const drawn = await Promise.all(
      ['reference', 'image'].map(async (role) => (await sent(`/alerts/3/${role}/shown`)).bytes),
    );
    const [before, after] = await Promise.all(drawn.map((bytes) => decodePicture(bytes, 'png', LIMITS)));
    expect(before?.data.subarray(3)).toEqual(after?.data.subarray(3));
    expect(Math.max(...(before?.data ?? []))).toBe(255);
    expect(html).toMatch(/<a href="\/alerts\/3\/image\/original\?v=/);
    const { type, bytes } = await sent('/alerts/3/image/original');
    expect({ type, isSame: Buffer.from(bytes).equals(TIFFS[1] ?? Buffer.of()) }).toEqual({
      type: 'image/tiff',
      isSame: true,
    });
  });
});
