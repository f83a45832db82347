import { describe, expect, it } from 'vitest';
import { listPage } from '../../../src/web/pages/list.ts';
import { HARMLESS, HOSTILE, listModel, madeEntry, madeEvent, madeImage } from './made-up.ts';

async function page(more: Parameters<typeof listModel>[0] = {}): Promise<string> {
  return String(await listPage(listModel(more)));
}

describe('the list of alerts', () => {
  it('says what changed, where, by which technique, against what and when', async () => {
    const html = await page();
    expect(html).toContain('<li data-alert="7"><div><h2><a href="/alerts/7">Alert 7</a></h2>');
    expect(html).toContain('Image garden/12 differs from 11 by 46236.6 levels');
    expect(html).toContain('<a href="/streams/garden?technique=l2%401">garden</a>');
    expect(html).toContain('<span>l2@1</span> <span>threshold 0 levels</span>');
    expect(html).toContain('<time datetime="2026-11-25T20:14:05.678Z">2026-11-25 20:14:05 UTC</time>');
  });

  it('names both sizes where these differ', async () => {
    const entry = madeEntry(3, {
      event: madeEvent(3, { kind: 'size_changed', measurement: null }),
      image: madeImage(12, { fact: { verdict: 'decodes', width: 350, height: 350 } }),
      reference: madeImage(11, { fact: { verdict: 'decodes', width: 200, height: 100 } }),
    });
    const html = await page({ entries: [entry] });
    expect(html).toContain('Another size: 350 × 350, before 200 × 100');
    // Its thumbnails: as large as fits in 240 × 240, never larger than the picture.
    expect(html).toContain('width="240" height="240" alt="Image garden/12"');
    expect(html).toContain('width="200" height="100" alt="Previous image garden/11"');
  });

  it('gives thumbnails their place before they have come', async () => {
    expect(await page()).toContain(
      '<img src="/alerts/7/reference/thumbnail?v=1111111111111111" width="240" height="160" alt="Previous image garden/11" loading="lazy" decoding="async">',
    );
    const unknown = await page({ entries: [madeEntry(7, { image: madeImage(12, { fact: null }) })] });
    expect(unknown).toContain('<img src="/alerts/7/image/thumbnail?v=1212121212121212" alt="Image garden/12"');
  });

  it('shows names from outside as text', async () => {
    const html = await page({
      streams: [HOSTILE],
      fields: { stream: HOSTILE, technique: HOSTILE, from: HOSTILE, to: HOSTILE, min_measurement: HOSTILE },
      entries: [madeEntry(7, { image: madeImage(12, { stream: HOSTILE }) })],
    });
    expect(html).not.toContain('<script>alert');
    // A choice's value has to be the name itself; all that is read is escaped.
    expect(html.replace(/<option value="[^"]*"/g, '')).not.toContain('\u202e');
    expect(html).toContain(`Image ${HARMLESS}/12 differs from 11`);
    expect(html).toContain(
      `id="min_measurement" name="min_measurement" inputmode="decimal" autocomplete="off" size="9" value="${HARMLESS}"`,
    );
  });

  it('keeps what was looked for in its form, and offers all again', async () => {
    const html = await page({
      fields: { stream: 'sky', technique: '', from: '2026-11-25', to: '2026-11-25T20:00', min_measurement: '100' },
    });
    expect(html).toContain('<option value="sky" selected>sky</option>');
    expect(html).toContain('value="2026-11-25">');
    expect(html).toContain('value="2026-11-25T20:00">');
    expect(html).toContain('<a class="button" href="/">All</a>');
    expect(await page()).not.toContain('>All</a>');
  });

  it('leads to older and newer ones where there are any', async () => {
    const html = await page({ older: '/?before=7&stream=sky', newer: '/?after=8' });
    expect(html).toContain('rel="next" href="/?before=7&amp;stream=sky" data-key="ArrowRight">Older →</a>');
    expect(html).toContain('rel="prev" href="/?after=8" data-key="ArrowLeft">← Newer</a>');
    expect(await page()).not.toContain('Older');
  });

  it('takes new ones in only where it is told where to hear of them', async () => {
    const html = await page({ live: '/live' });
    expect(html).toContain('data-live="/live"');
    expect(html).toContain('<script type="module" src="/assets/list.js"></script>');
    expect(await page()).not.toContain('list.js');
  });

  it('says what to do where there is nothing', async () => {
    const none = await page({ entries: [], range: undefined });
    expect(none).toContain('<code>imgpipe run</code>');
    expect(none).not.toContain('aria-label="Filter"');
    const filtered = await page({ entries: [], fields: { ...listModel().fields, min_measurement: '9' } });
    expect(filtered).toContain('No alert is like that.');
    expect(filtered).toContain('aria-label="Filter"');
  });

  it('has no script and no style of its own in it', async () => {
    const html = await page({ live: '/live' });
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/);
  });
});
