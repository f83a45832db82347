import type { AlertRecord, EventRecord, ImageRecord, Region } from '../../../src/domain/records.ts';
import type { AlertEntry, Measured } from '../../../src/ports/catalog/browsing.ts';
import type { AlertModel, ListModel, StreamModel } from '../../../src/web/models.ts';

/** Made-up rows and models. */

/** A file name that tries to break a page. */
export const HOSTILE = '"><script>alert(1)</script>\n\u202e&\'';
/** The same, escaped. */
export const HARMLESS = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\n\\u202e&amp;&#39;';

export function madeImage(number: number, more: Partial<ImageRecord> = {}): ImageRecord {
  return {
    stream: 'garden',
    number,
    receiptId: `receipt-${number}`,
    format: 'jpg',
    origin: 'generated',
    sha256: String(number).padStart(2, '0').repeat(32),
    bytes: 1234,
    receivedAt: '2026-11-25T20:14:03.120Z',
    mask: null,
    capture: null,
    file: null,
    movedTo: null,
    attempt: 1,
    state: 'ready',
    fact: { verdict: 'decodes', width: 600, height: 400 },
    position: null,
    ...more,
  };
}

export function madeEvent(number: number, more: Partial<EventRecord> = {}): EventRecord {
  return {
    number,
    image: { stream: 'garden', number: 12 },
    reference: 11,
    technique: 'l2@2',
    threshold: { value: 0, unit: 'levels' },
    kind: 'changed',
    measurement: 46236.6049,
    regions: null,
    analyzedAt: '2026-11-25T20:14:04.000Z',
    state: 'ready',
    base: '/data',
    attempt: 1,
    differenceSha256: 'd'.repeat(64),
    position: null,
    ...more,
  };
}

export function madeEntry(number: number, more: Partial<AlertEntry> = {}): AlertEntry {
  const alert: AlertRecord = {
    number,
    base: '/data',
    alertedAt: '2026-11-25T20:14:05.678Z',
    state: 'ready',
    attempt: 1,
  };
  return { alert, event: madeEvent(number), image: madeImage(12), reference: madeImage(11), ...more };
}

export function listModel(more: Partial<ListModel> = {}): ListModel {
  return {
    fields: { stream: '', technique: '', from: '', to: '', min_measurement: '' },
    streams: ['garden', 'sky'],
    techniques: ['changed@2', 'l2@2'],
    entries: [madeEntry(7)],
    range: { first: 1, last: 7 },
    older: undefined,
    newer: undefined,
    live: undefined,
    ...more,
  };
}

export function alertModel(entry: Partial<AlertEntry> = {}, more: Partial<AlertModel> = {}): AlertModel {
  const paths = { image: '/data/i.jpg', reference: '/data/r.jpg', difference: '/data/d.jpg', mask: null };
  return {
    view: { ...madeEntry(7, entry), paths },
    neighbours: { below: 6, above: 8 },
    missing: new Set(),
    drawn: new Set(),
    deep: new Set(),
    ...more,
  };
}

export function measured(number: number, more: Partial<Measured> = {}): Measured {
  return {
    number,
    receivedAt: `2026-11-25T20:${String(number).padStart(2, '0')}:00.000Z`,
    capturedAt: null,
    kind: 'unchanged',
    measurement: 0,
    threshold: { value: 100, unit: 'px' },
    size: { width: 600, height: 400 },
    alert: null,
    ...more,
  };
}

export function streamModel(points: readonly Measured[], more: Partial<StreamModel> = {}): StreamModel {
  return {
    stream: 'garden',
    streams: ['garden', 'sky'],
    technique: 'changed@2',
    techniques: ['changed@2', 'l2@2'],
    points,
    older: undefined,
    newer: undefined,
    ...more,
  };
}

export function region(x: number, y: number): Region {
  return {
    box: { x, y, width: 5, height: 4 },
    centroid: { x: x + 2, y: y + 1.5 },
    area: 12,
    sum: 345.678,
    peak: 90,
    snr: 7,
  };
}
