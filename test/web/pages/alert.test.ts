import { describe, expect, it } from 'vitest';
import { alertPage } from '../../../src/web/pages/alert.ts';
import { CAPTURE } from '../../support/samples.ts';
import { alertModel, HARMLESS, HOSTILE, madeEvent, madeImage, region } from './made-up.ts';

async function page(...parts: Parameters<typeof alertModel>): Promise<string> {
  return String(await alertPage(alertModel(...parts)));
}

describe('the page of an alert', () => {
  it('says why the alert was raised', async () => {
    const html = await page();
    expect(html).toContain('<title>Alert 7 – imgpipe</title>');
    expect(html).toContain('<h1>Alert 7</h1>');
    expect(html).toContain('The picture changed by 46236.6 levels (l2@2). Any change above 0 levels is an event.');
  });

  it('converts a percentage to pixels', async () => {
    const event = madeEvent(7, { technique: 'changed@2', measurement: 500, threshold: { value: 0.1, unit: '%' } });
    expect(await page({ event })).toContain(
      'The picture changed by 500 px (changed@2). Any change above 0.1 % of the pixels (240 px) is an event.',
    );
  });

  it('says that a change of size is always an event', async () => {
    const html = await page({ event: madeEvent(7, { kind: 'size_changed', measurement: null }) });
    expect(html).toContain(
      'The picture size changed from 600 × 400 to 600 × 400. A change of size is always an event.',
    );
    expect(html).toContain('<dt>Measurement</dt><dd>none: the sizes differ</dd>');
  });

  it('shows the three pictures with labels, at URLs that change with their bytes', async () => {
    const html = await page();
    for (const label of ['Previous Image', 'Image', 'Difference Image']) expect(html).toContain(`<h2>${label}</h2>`);
    expect(html).toContain('<img src="/alerts/7/reference?v=1111111111111111" alt="garden/11" width="100%"');
    expect(html).toContain('<img src="/alerts/7/image?v=1212121212121212" alt="garden/12" width="100%"');
    expect(html).toContain(`<img src="/alerts/7/difference?v=${'d'.repeat(16)}" alt="Difference of garden/12 from 11"`);
  });

  it('aligns pictures of different sizes on a canvas that holds both', async () => {
    const html = await page({
      image: madeImage(12, { fact: { verdict: 'decodes', width: 300, height: 500 } }),
      reference: madeImage(11, { fact: { verdict: 'decodes', width: 400, height: 100 } }),
    });
    expect(html).toContain('data-width="400" data-height="500"');
    expect(html).toContain('alt="garden/12" width="75%"');
    expect(html).toContain('alt="garden/11" width="100%"');
  });

  it('names the key of a missing picture, and disables the modes that need it', async () => {
    const html = await page({}, { missing: new Set(['image'] as const) });
    expect(html).toContain('The image <code>image_database/garden/00012.jpg</code> is not in the store.');
    expect(html).not.toContain('src="/alerts/7/image');
    expect(html).toContain('src="/alerts/7/reference');
    expect(html).toContain('value="swipe" disabled');
    expect(html).not.toContain('value="difference" disabled');
    expect(html).not.toContain('value="absolute"');
    const all = await page({}, { missing: new Set(['reference', 'image', 'difference'] as const) });
    expect(all).toContain('The previous image <code>image_database/garden/00011.jpg</code> is not in the store.');
    expect(all).toContain('The difference image <code>image_event_database/image_event_007.jpg</code> is not');
  });

  it('links to the adjacent alerts', async () => {
    const html = await page();
    expect(html).toContain('<link rel="prev" href="/alerts/6">');
    expect(html).toContain('rel="next" href="/alerts/8" data-key="ArrowRight"');
    const alone = await page({}, { neighbours: { below: null, above: null } });
    expect(alone).not.toMatch(/rel="(prev|next)"/);
  });

  it('lists the regions, ten at first, and draws them as boxes', async () => {
    const first = Array.from({ length: 12 }, (_, index) => region(index * 10, 20));
    const html = await page({ event: madeEvent(7, { regions: { count: 15, first } }) });
    expect(html).toContain('<h2 id="regions-title">15 regions</h2>');
    expect(html).toContain(
      '<tr><th scope="row">1</th><td>0, 20</td><td>5 × 4</td><td>2.00, 21.50</td><td>12</td><td>345.68</td>',
    );
    expect(html).toContain('<summary>2 more</summary>');
    expect(html).toContain('<th scope="row">12</th>');
    expect(html).toContain('3 weaker regions not stored.');
    expect(html.match(/data-regions="12"/g)).toHaveLength(3);
    expect(html).toContain('d="M0 20h5v4h-5zM10 20h5v4h-5z');
    expect(await page()).not.toContain('id="regions"');
  });

  it('escapes names', async () => {
    const view = { ...alertModel().view, image: madeImage(12, { origin: HOSTILE }) };
    const html = String(
      await alertPage(alertModel({}, { view: { ...view, paths: { ...view.paths, image: HOSTILE, mask: HOSTILE } } })),
    );
    expect(html).toContain(`<dt>Origin</dt><dd>${HARMLESS}</dd>`);
    expect(html).toContain(`<dt>Image file</dt><dd><code>${HARMLESS}</code></dd>`);
    expect(html).not.toContain('<script>alert');
  });

  it('shows when and how the image was taken, if that is known', async () => {
    const html = await page({ image: madeImage(12, { capture: { ...CAPTURE, make: null, model: HOSTILE } }) });
    expect(html).toContain('<dt>Captured</dt>');
    expect(html).toContain(CAPTURE.at);
    expect(html).toContain(`<dt>Camera</dt><dd>${HARMLESS}</dd>`);
    expect(html).toContain('<dt>Position</dt><dd>-33.8569, 151.2093, 58.5 m</dd>');
    expect(await page()).not.toContain('<dt>Captured</dt>');
  });

  it('shows where the file of the image is now, if it was moved', async () => {
    expect(await page({ image: madeImage(12, { movedTo: HOSTILE }) })).toContain(
      `<dt>Moved to</dt><dd>${HARMLESS}</dd>`,
    );
    expect(await page()).not.toContain('<dt>Moved to</dt>');
  });

  it('shows the mask, if any', async () => {
    const mask = 'f'.repeat(64);
    expect(await page({ image: madeImage(12, { mask }) })).toContain(`<dt>Mask</dt><dd><code>${mask}</code></dd>`);
    expect(await page()).not.toContain('<dt>Mask</dt>');
  });

  it('has no inline scripts or styles', async () => {
    expect(await page()).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/);
  });
});
