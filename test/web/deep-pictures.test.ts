import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { beforeAll, expect, test } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { lastingFolder } from '../support/temporary-folder.ts';
import { lastingViewer } from '../support/viewer.ts';

const data = path.join(lastingFolder(), 'data');
const SKY = new URL('../fixtures/odd-pictures/png-16bit-12bit-sky-new-star', import.meta.url);

/** An alert of two skies of 12 bits, which differ by a star at x 70, y 50. */
beforeAll(async () => {
  const pictures = path.join(lastingFolder(), 'pictures');
  mkdirSync(pictures);
  for (const name of ['a', 'b'])
    writeFileSync(path.join(pictures, `${name}.png`), readFileSync(`${SKY.pathname}.${name}.png`));
  await imgpipe(['run', pictures, '--technique', 'changed', '--data', data]);
});
const lasting = lastingViewer(data);

async function shown(role: string): Promise<PNG> {
  const response = await lasting.viewer.get(`/alerts/1/${role}/shown`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/png');
  return PNG.sync.read(Buffer.from(await response.arrayBuffer()));
}

const at = ({ data: rgba, width }: PNG, x: number, y: number) => rgba[4 * (y * width + x)] ?? -1;

test('16-bit pictures are drawn with one stretch, in which the star can be seen', async () => {
  const [before, after] = [await shown('reference'), await shown('image')];
  expect([before.width, before.height, after.width, after.height]).toEqual([160, 112, 160, 112]);
  expect(at(after, 70, 50) - at(before, 70, 50)).toBeGreaterThan(20);
  // Only the star differs: the stretch is the same.
  const differing = Array.from(
    { length: 160 * 112 },
    (_, pixel) => [pixel % 160, Math.floor(pixel / 160)] as const,
  ).filter(([x, y]) => at(before, x, y) !== at(after, x, y));
  expect(differing.length).toBeLessThanOrEqual(73);
  expect(differing.every(([x, y]) => Math.hypot(x - 70, y - 50) < 7)).toBe(true);
});

test('the page shows them, says how they are drawn, and links to the files', async () => {
  const html = await (await lasting.viewer.get('/alerts/1')).text();
  for (const role of ['reference', 'image']) {
    expect(html).toMatch(new RegExp(`<img src="/alerts/1/${role}/shown\\?v=`));
    expect(html).toMatch(new RegExp(`<a href="/alerts/1/${role}\\?v=[0-9a-f]+" aria-label="[^"]*file">`));
  }
  expect(html).toContain('<img src="/alerts/1/difference?v=');
  expect(html).toContain('Pictures of 16 bits are drawn in 8');
});

test('a difference image cannot be shown in another way', async () => {
  expect((await lasting.viewer.get('/alerts/1/difference/shown')).status).toBe(404);
});

test('the thumbnails are stretched too', async () => {
  const response = await lasting.viewer.get('/alerts/1/image/thumbnail');
  expect(response.status).toBe(200);
  const { decodePicture } = await import('../../src/adapters/pixels/codec.ts');
  const thumbnail = await decodePicture(new Uint8Array(await response.arrayBuffer()), 'jpg', { maxPixels: 1e6 });
  expect(Math.max(...thumbnail.data)).toBeGreaterThan(200);
});
