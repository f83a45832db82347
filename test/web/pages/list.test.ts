import { describe, expect, it } from 'vitest';
import { listPage } from '../../../src/web/pages/list.ts';
import { CAPTURE } from '../../support/samples.ts';
import { HARMLESS, HOSTILE, listModel, madeEntry, madeEvent, madeImage } from './made-up.ts';

async function page(more: Parameters<typeof listModel>[0] = {}): Promise<string> {
  return String(await listPage(listModel(more)));
}

describe('the list of alerts', () => {
  it('says what changed, where, when, by which technique and threshold', async () => {
    const html = await page();
    expect(html).toContain('<li data-alert="7"><div><h2><a href="/alerts/7">Alert 7</a></h2>');
    expect(html).toContain('Image garden/12 differs from 11 by 46236.6 levels');
    expect(html).toContain('<a href="/streams/garden?technique=l2%402">garden</a>');
    expect(html).toContain('<span>l2@2</span> <span>threshold 0 levels</span>');
    expect(html).toContain('<time datetime="2026-11-25T20:14:05.678Z">2026-11-25 20:14:05 UTC</time>');
  });

  it('says when the image was captured, if that is known', async () => {
    expect(await page()).not.toContain('captured');
    const entries = [madeEntry(7, { image: madeImage(12, { capture: CAPTURE }) })];
    expect(await page({ entries })).toContain(`<span>captured <time datetime="${CAPTURE.at}">`);
  });

  it('names both sizes if they differ', async () => {
    const entry = madeEntry(3, {
      event: madeEvent(3, { kind: 'size_changed', measurement: null }),
      image: madeImage(12, { fact: { verdict: 'decodes', width: 350, height: 350 } }),
      reference: madeImage(11, { fact: { verdict: 'decodes', width: 200, height: 100 } }),
    });
    const html = await page({ entries: [entry] });
    expect(html).toContain('Size changed from 200 × 100 to 350 × 350');
    // Thumbnails fit in 240 × 240 and are never larger than the picture.
    expect(html).toContain('width="240" height="240" alt="Image garden/12"');
    expect(html).toContain('width="200" height="100" alt="Previous image garden/11"');
  });

  it('reserves the space of thumbnails before they load', async () => {
    expect(await page()).toContain(
      '<img src="/alerts/7/reference/thumbnail?v=1111111111111111" width="240" height="160" alt="Previous image garden/11" loading="lazy" decoding="async">',
    );
    const unknown = await page({ entries: [madeEntry(7, { image: madeImage(12, { fact: null }) })] });
    expect(unknown).toContain('<img src="/alerts/7/image/thumbnail?v=1212121212121212" alt="Image garden/12"');
  });

  it('escapes names', async () => {
    const html = await page({
      streams: [HOSTILE],
      fields: { stream: HOSTILE, technique: HOSTILE, from: HOSTILE, to: HOSTILE, min_measurement: HOSTILE },
      entries: [madeEntry(7, { image: madeImage(12, { stream: HOSTILE }) })],
    });
    expect(html).not.toContain('<script>alert');
    // An option's value is the name itself; its text is escaped.
    expect(html.replace(/<option value="[^"]*"/g, '')).not.toContain('\u202e');
    expect(html).toContain(`Image ${HARMLESS}/12 differs from 11`);
    expect(html).toContain(
      `id="min_measurement" name="min_measurement" inputmode="decimal" autocomplete="off" size="9" value="${HARMLESS}"`,
    );
  });

  it('keeps the filter in the form, with a link to clear it', async () => {
    const html = await page({
      fields: { stream: 'sky', technique: '', from: '2026-11-25', to: '2026-11-25T20:00', min_measurement: '100' },
    });
    expect(html).toContain('<option value="sky" selected>sky</option>');
    expect(html).toContain('value="2026-11-25">');
    expect(html).toContain('value="2026-11-25T20:00">');
    expect(html).toContain('<a class="button" href="/">Clear</a>');
    expect(await page()).not.toContain('>Clear</a>');
  });

  it('links to older and newer alerts', async () => {
    const html = await page({ older: '/?before=7&stream=sky', newer: '/?after=8' });
    expect(html).toContain('rel="next" href="/?before=7&amp;stream=sky" data-key="ArrowRight">Older →</a>');
    expect(html).toContain('rel="prev" href="/?after=8" data-key="ArrowLeft">← Newer</a>');
    expect(await page()).not.toContain('Older');
  });

  it('updates live only if the model has a live URL', async () => {
    const html = await page({ live: '/live' });
    expect(html).toContain('data-live="/live"');
    expect(html).toContain('<script type="module" src="/assets/list.js"></script>');
    expect(await page()).not.toContain('list.js');
  });

  it('says what to do if there are no alerts', async () => {
    const none = await page({ entries: [], range: undefined });
    expect(none).toContain('<code>imgpipe run</code>');
    expect(none).not.toContain('aria-label="Filter"');
    const filtered = await page({ entries: [], fields: { ...listModel().fields, min_measurement: '9' } });
    expect(filtered).toContain('No alerts match the filter.');
    expect(filtered).toContain('aria-label="Filter"');
  });

  it('offers many streams as suggestions, so that the form stays small', async () => {
    const streams = Array.from({ length: 5000 }, (_, index) => `camera-${index}`);
    const html = await page({ streams });
    expect(html).toContain('<input id="stream" name="stream" list="stream-list"');
    expect(html.match(/<option value="camera-/g)).toHaveLength(200);
  });

  it('has no inline scripts or styles', async () => {
    const html = await page({ live: '/live' });
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/);
  });
});
