import { describe, expect, it } from 'vitest';
import { NOTHING_KNOWN } from '../../src/domain/capture.ts';
import { alertText, eventText } from '../../src/domain/texts.ts';
import { alertRecord, CAPTURE, eventRecord, imageRecord } from '../support/samples.ts';

const image = imageRecord({ number: 3, origin: '/from/3.jpg', receivedAt: '2026-01-01T00:00:00.000Z' });
const reference = imageRecord({ number: 2, format: 'png' });
const event = eventRecord({ image: { stream: 'default', number: 3 }, reference: 2, base: '/pipeline' });

describe('the text of an event', () => {
  it('starts with the five lines of the reference, followed by named fields', () => {
    expect(eventText(event, image, reference)).toBe(
      [
        'Image event #: 1',
        'Image event: picture has changed',
        '/pipeline/image_database/00003.jpg',
        '/pipeline/image_database/00002.png',
        '/pipeline/image_event_database/image_event_001.jpg',
        'Stream: default',
        'Image: 3',
        'Previous image: 2',
        'Kind: changed',
        'Technique: l2@2',
        'Measurement: 12.5',
        'Threshold: 0',
        'Image received from: /from/3.jpg',
        'Image received at: 2026-01-01T00:00:00.000Z',
        `Analyzed at: ${event.analyzedAt}`,
        '',
      ].join('\n'),
    );
  });

  it('has lines for the mask, the unit of the threshold and each region', () => {
    const box = { x: 104, y: 77, width: 12, height: 11 };
    const region = { box, centroid: { x: 109.4, y: 82.25 }, area: 98, sum: -4021.125, peak: -88, snr: 41.2 };
    const changed = {
      ...event,
      technique: 'changed@2',
      threshold: { value: 0.1, unit: '%' },
      regions: { count: 2, first: [region, region] },
    } as const;
    const lines = eventText(changed, { ...image, mask: 'ab12' }, reference).split('\n');
    expect(lines.slice(9, 13)).toEqual(['Technique: changed@2', 'Measurement: 12.5', 'Threshold: 0.1%', 'Mask: ab12']);
    const words = '12 × 11 at 104, 77; centroid 109.40, 82.25; area 98 px; sum -4021.13; peak -88.00; SNR 41.20';
    expect(lines.slice(-4)).toEqual(['Regions: 2', `Region 1: ${words}`, `Region 2: ${words}`, '']);
  });

  it('has lines for what is known of the capture', () => {
    const known = eventText(event, { ...image, capture: CAPTURE }, reference)
      .split('\n')
      .slice(15, -1);
    expect(known).toEqual([
      'Image captured at: 2026-01-01T12:00:00.250Z',
      'Camera: NIKON CORPORATION D750',
      'Exposure: 1/250 s',
      'Aperture: f/2.8',
      'ISO: 400',
      'Gain: low gain up',
      'Focal length: 50 mm',
      'Position: -33.8569, 151.2093, 58.5 m',
    ]);
    const capture = { ...NOTHING_KNOWN, make: 'Canon', model: 'Canon\u202e EOS', exposure: 2.5 };
    expect(
      eventText(event, { ...image, capture }, reference)
        .split('\n')
        .slice(15, -1),
    ).toEqual(['Camera: Canon\\u202e EOS', 'Exposure: 2.5 s']);
  });

  it('has no measurement line for size_changed', () => {
    const text = eventText({ ...event, kind: 'size_changed', measurement: null }, image, reference);
    expect(text).toContain('Kind: size_changed\nTechnique: l2@2\nThreshold: 0\n');
  });

  it('escapes line breaks in paths', () => {
    const odd = { ...event, base: '/data\nImage event #: 9/\x1b[2J' };
    const text = eventText(odd, { ...image, origin: '/a\r\nThreshold: 7' }, reference);
    const lines = text.split('\n');
    expect(lines).toHaveLength(16);
    expect(lines[2]).toBe('/data\\nImage event #: 9/\\x1b[2J/image_database/00003.jpg');
    expect(lines[12]).toBe('Image received from: /a\\r\\nThreshold: 7');
  });
});

describe('the text of an alert', () => {
  it('starts with the three lines of the reference, followed by named fields', () => {
    const alert = alertRecord(1);
    expect(alertText(alert, event)).toBe(
      [
        'Image event #: 1',
        'Image event database path: /pipeline/image_event_database/image_event_001.txt',
        'Image event alertees: none',
        'Stream: default',
        'Image: 3',
        `Alerted at: ${alert.alertedAt}`,
        '',
      ].join('\n'),
    );
  });

  it('escapes line breaks in the path', () => {
    const lines = alertText(alertRecord(1), { ...event, base: '/a\nb' }).split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[1]).toBe('Image event database path: /a\\nb/image_event_database/image_event_001.txt');
  });
});
