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
    expect(imageKey({ stream, number, format, attempt: 1 })).toBe(key);
  });

  it.each([
    [1, '001'],
    [999, '999'],
    [1000, '1000'],
  ])('of an event and its alert: %i', (number, digits) => {
    const first = { number, attempt: 1 };
    expect([differenceKey(first), eventTextKey(first), alertTextKey(first)]).toEqual([
      `image_event_database/image_event_${digits}.jpg`,
      `image_event_database/image_event_${digits}.txt`,
      `image_event_alerts/image_event_alert_${digits}.txt`,
    ]);
  });

  it('have the number of a later attempt before the extension', () => {
    const third = { number: 1, attempt: 3 };
    expect([
      imageKey({ stream: 'default', format: 'jpg', ...third }),
      imageKey({ stream: 'sky', format: 'png', ...third }),
      differenceKey(third),
      eventTextKey(third),
      alertTextKey(third),
    ]).toEqual([
      'image_database/00001.3.jpg',
      'image_database/sky/00001.3.png',
      'image_event_database/image_event_001.3.jpg',
      'image_event_database/image_event_001.3.txt',
      'image_event_alerts/image_event_alert_001.3.txt',
    ]);
  });

  it('are in the folders that only the pipeline writes to', () => {
    const keys = [
      imageKey({ stream: 'sky', number: 1, format: 'jpg', attempt: 1 }),
      eventTextKey({ number: 1, attempt: 1 }),
      alertTextKey({ number: 1, attempt: 1 }),
      maskKey('ab'),
    ];
    expect(keys.map((key) => key.split('/')[0])).toEqual(OBJECT_FOLDERS);
  });
});
