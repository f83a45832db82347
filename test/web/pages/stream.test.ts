import { describe, expect, it } from 'vitest';
import type { Measured } from '../../../src/ports/catalog/browsing.ts';
import { streamPage } from '../../../src/web/pages/stream.ts';
import { HARMLESS, HOSTILE, measured, streamModel } from './made-up.ts';

async function page(points: readonly Measured[], more: Parameters<typeof streamModel>[1] = {}): Promise<string> {
  return String(await streamPage(streamModel(points, more)));
}

describe('the timeline of a stream', () => {
  it('plots measurements over the time of receipt', async () => {
    const html = await page([
      measured(0),
      measured(10, { kind: 'changed', measurement: 200, alert: 4 }),
      measured(20, { measurement: 50 }),
    ]);
    // From 1 to 99 across; the axis ends at 200, which is at 10 from the top, and 0 at 90.
    expect(html).toContain('<use href="#mark-unchanged" class="unchanged" x="1%" y="90%"/>');
    expect(html).toContain('<use href="#mark-changed" class="changed" x="50%" y="10%"/>');
    expect(html).toContain('<use href="#mark-unchanged" class="unchanged" x="99%" y="70%"/>');
    expect(html).toContain('<line class="series" x1="1%" y1="90%" x2="50%" y2="10%"/>');
  });

  it('plots them over the time of capture, if it is known of all and ascends', async () => {
    const at = (minute: number) => ({ capturedAt: `2026-11-20T08:${minute}:00.000Z` });
    const ascending = await page([measured(0, at(10)), measured(10, at(50)), measured(20, at(50))]);
    expect(ascending.match(/class="unchanged" x="99%"/g)).toHaveLength(2);
    expect(ascending).toContain('2026-11-20 08:10:00 UTC to 2026-11-20 08:50:00 UTC');
    expect(ascending).toContain('<th scope="col">Captured</th>');
    for (const points of [
      [measured(0, at(10)), measured(10, at(50)), measured(20)],
      [measured(0, at(20)), measured(10, at(10)), measured(20, at(30))],
    ]) {
      expect(await page(points)).toContain('2026-11-25 20:00:00 UTC to 2026-11-25 20:20:00 UTC');
    }
    expect(await page([measured(0), measured(10)])).not.toContain('Captured');
  });

  it('links events to their alerts', async () => {
    const html = await page([measured(3, { kind: 'changed', measurement: 200, alert: 4 })]);
    const words = 'Alert 4: image 3, changed, 200 px, 2026-11-25 20:03:00 UTC';
    expect(html).toContain(`<a href="/alerts/4" aria-label="${words}"><title>${words}</title>`);
  });

  it('draws the hit areas of events below all marks, and events above the others', async () => {
    const close = [measured(1, { kind: 'changed', measurement: 9, alert: 1 }), measured(2)];
    const html = await page(close);
    const positions = ['class="hit"', 'href="#mark-unchanged" class', 'href="#mark-changed" class'].map((part) =>
      html.lastIndexOf(part),
    );
    expect(positions.every((position) => position > 0)).toBe(true);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('plots images without a measurement separately: changed sizes at the top, dead at the bottom', async () => {
    const html = await page([
      measured(1, { kind: 'size_changed', measurement: null, alert: 1 }),
      measured(2, { kind: 'dead', measurement: null }),
    ]);
    expect(html).toContain('<use href="#mark-size_changed" class="size_changed" x="1%" y="4%"/>');
    expect(html).toContain('<use href="#mark-dead" class="dead" x="99%" y="96%"/>');
  });

  it('draws the threshold as steps, with gaps where it is unknown', async () => {
    const share = { value: 0.1, unit: '%' as const };
    const html = await page([
      measured(0, { measurement: 200 }),
      measured(10, { threshold: share }),
      measured(20, { threshold: share, size: null, kind: 'dead', measurement: null }),
      measured(30, { threshold: { value: 100, unit: 'px' } }),
    ]);
    const limits = [
      ...html.matchAll(/<line class="limit" x1="([\d.]+)%" y1="([\d.]+)%" x2="([\d.]+)%" y2="([\d.]+)%"/g),
    ];
    // The axis ends at 300 (the maximum is 240 px): 100 px is at 63.33, 0.1 % of 600 × 400 at 26.
    expect(limits.map((found) => found.slice(1).map(Number))).toEqual([
      [0, 63.33, 33.67, 63.33],
      [33.67, 63.33, 33.67, 26],
      [33.67, 26, 66.33, 26],
      [99, 63.33, 100, 63.33],
    ]);
  });

  it('repeats the timeline as a table', async () => {
    const html = await page([measured(3, { kind: 'changed', measurement: 200.5, alert: 4 })]);
    expect(html).toContain(
      '<tr><th scope="row">3</th><td><time datetime="2026-11-25T20:03:00.000Z">2026-11-25 20:03:00 UTC</time></td><td>changed</td><td>200.5 px</td><td>100 px</td><td><a href="/alerts/4">Alert 4</a></td></tr>',
    );
  });

  it('spaces images that were received at the same instant evenly', async () => {
    const receivedAt = '2026-11-25T20:00:00.000Z';
    const html = await page([measured(1, { receivedAt }), measured(2, { receivedAt })]);
    expect(html).toContain('x="25.5%"');
    expect(html).toContain('x="74.5%"');
    expect(html).not.toContain('NaN');
  });

  it('offers the other techniques and streams, and older and newer images', async () => {
    const html = await page([measured(1)], { older: '/streams/garden?before=1', newer: '/streams/garden?before=600' });
    expect(html).toContain('<a href="/streams/garden?technique=l2%402">l2@2</a>');
    expect(html).toContain('<a href="/streams/garden?technique=changed%402" aria-current="page">changed@2</a>');
    expect(html).toContain('<a href="/streams/sky?technique=changed%402">sky</a>');
    expect(html).toContain('href="/streams/garden?before=1" data-key="ArrowLeft">← Older</a>');
    expect(html).toContain('href="/streams/garden?before=600" data-key="ArrowRight">Newer →</a>');
  });

  it('shows the current stream among many without unfolding', async () => {
    const streams = Array.from({ length: 30 }, (_, index) => `camera-${index}`);
    const html = await page([measured(1)], { stream: 'camera-29', streams });
    expect(html).toContain('aria-current="page">camera-29</a> <details><summary>17 more</summary>');
    expect(html.match(/>camera-29</g)).toHaveLength(1);
  });

  it('lists at most 200 streams', async () => {
    const streams = Array.from({ length: 5000 }, (_, index) => `camera-${index}`);
    const html = await page([measured(1)], { stream: 'camera-0', streams });
    expect(html.match(/>camera-/g)).toHaveLength(200);
    expect(html).toContain('<span>4800 not listed</span>');
  });

  it('says if nothing was analyzed', async () => {
    const html = await page([]);
    expect(html).toContain('No image of this stream has been analyzed with changed@2.');
    expect(html).not.toContain('<table>');
  });

  it('escapes names', async () => {
    const html = await page([measured(1)], { stream: HOSTILE, streams: [HOSTILE, 'sky'], technique: HOSTILE });
    expect(html).toContain(`<h1>Stream ${HARMLESS}</h1>`);
    expect(html).not.toContain('<script>alert');
  });
});
