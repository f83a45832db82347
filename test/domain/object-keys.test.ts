import { describe, expect, it } from 'vitest';
import {
  alertTextKey,
  differenceKey,
  eventTextKey,
  imageKey,
  maskKey,
  OBJECT_FOLDERS,
} from '../../src/domain/object-keys.ts';

describe('the keys of objects', () => {
  it.each([
    ['default', 1, 'jpg', 'image_database/00001.jpg'],
    ['default', 99_999, 'png', 'image_database/99999.png'],
    ['default', 100_000, 'jpg', 'image_database/100000.jpg'],
    ['sky', 7, 'png', 'image_database/sky/00007.png'],
  ] as const)('of an image: %s/%i', (stream, number, format, key) => {
    expect(imageKey({ stream, number, format })).toBe(key);
  });

  it.each([
    [1, '001'],
    [999, '999'],
    [1000, '1000'],
  ])('of an event and its alert: %i', (number, digits) => {
    expect([differenceKey(number), eventTextKey(number), alertTextKey(number)]).toEqual([
      `image_event_database/image_event_${digits}.jpg`,
      `image_event_database/image_event_${digits}.txt`,
      `image_event_alerts/image_event_alert_${digits}.txt`,
    ]);
  });

  it('are in the folders that only the pipeline writes to', () => {
    const keys = [
      imageKey({ stream: 'sky', number: 1, format: 'jpg' }),
      eventTextKey(1),
      alertTextKey(1),
      maskKey('ab'),
    ];
    expect(keys.map((key) => key.split('/')[0])).toEqual(OBJECT_FOLDERS);
  });
});
