import { describe, expect, it } from 'vitest';
import {
  ALERT_GROUP,
  consumerGroup,
  deadLetterMessage,
  imageEventMessage,
  imageReceivedMessage,
  type Message,
} from '../../src/domain/messages.ts';
import { readMessage } from '../../src/domain/read-message.ts';
import { deadLetter, eventRecord, imageRecord, positionAt } from '../support/samples.ts';

const PIPELINE = '01234567-89ab-cdef-0123-456789abcdef';
const RECEIVED = 'imgpipe.image.received.v1';
const EVENT = 'imgpipe.image.event.v1';

const image = imageRecord({ stream: 'sky', number: 3 });
const event = eventRecord({ image: { stream: 'sky', number: 3 } });
const received = imageReceivedMessage(PIPELINE, image);
const changed = imageEventMessage(PIPELINE, event);

describe('the message of a received image', () => {
  it('is a CloudEvent with the field names of the reference, keyed by stream', () => {
    expect({ ...received, value: JSON.parse(received.value) }).toEqual({
      key: 'sky',
      headers: {
        ce_specversion: '1.0',
        ce_id: 'sky/3',
        ce_type: RECEIVED,
        ce_source: `urn:uuid:${PIPELINE}`,
        ce_time: image.receivedAt,
        'content-type': 'application/json',
      },
      value: {
        image_num: 3,
        stream: 'sky',
        image_db_path: 'image_database/sky/00003.jpg',
        sha256: image.sha256,
        previous_image_num: 2,
      },
    });
  });

  it('can be read back', () => {
    const { pipelineId, data } = readMessage(RECEIVED, received);
    expect(pipelineId).toBe(PIPELINE);
    expect(data).toEqual(JSON.parse(received.value));
  });

  it('has no previous image for the first image', () => {
    const first = imageReceivedMessage(PIPELINE, { ...image, number: 1 });
    expect(readMessage(RECEIVED, first).data.previous_image_num).toBeNull();
  });
});

describe('the message of an image event', () => {
  it('is a CloudEvent with the field names of the reference, keyed by stream', () => {
    expect(changed.key).toBe('sky');
    expect(changed.headers).toEqual({
      ...received.headers,
      ce_type: EVENT,
      ce_id: 'event/1',
      ce_time: event.analyzedAt,
    });
    expect(readMessage(EVENT, changed)).toEqual({
      pipelineId: PIPELINE,
      data: {
        image_event_num: 1,
        image_event_db_path: '/data/image_event_database/image_event_001.txt',
        stream: 'sky',
        image_num: 3,
        technique: 'l2@2',
        kind: 'changed',
        measurement: 12.5,
      },
    });
  });

  it('has no measurement if the sizes differ', () => {
    const message = imageEventMessage(PIPELINE, { ...event, kind: 'size_changed', measurement: null });
    expect(readMessage(EVENT, message).data).toMatchObject({ kind: 'size_changed', measurement: null });
  });
});

describe('the copy of a dead letter', () => {
  const DEAD = 'imgpipe.dead.letter.v1';
  const letter = deadLetter({
    position: positionAt(7, { partition: 2 }),
    image: { stream: 'sky', number: 3 },
    technique: 'l2@2',
    message: received,
  });

  it('has the reason, the subject and the original value', () => {
    const copy = deadLetterMessage(PIPELINE, letter);
    expect(copy.key).toBe('sky');
    expect(copy.headers).toEqual({
      ...received.headers,
      ce_type: DEAD,
      ce_id: 'image_analysis/2/7',
      ce_time: letter.at,
    });
    expect(readMessage(DEAD, copy)).toEqual({
      pipelineId: PIPELINE,
      data: {
        stage: 'analyze',
        reason: 'undecodable',
        detail: 'it is cut short',
        attempts: 1,
        topic: 'image_analysis',
        partition: 2,
        offset: 7,
        stream: 'sky',
        image_num: 3,
        technique: 'l2@2',
        image_event_num: null,
        value: received.value,
      },
    });
  });

  it('has null for what is unknown', () => {
    const copy = deadLetterMessage(PIPELINE, deadLetter());
    expect(copy.key).toBe('');
    expect(readMessage(DEAD, copy).data).toMatchObject({ topic: null, image_num: null, technique: null, value: null });
  });

  it('stays within 1 MB, however large the message was', () => {
    const large = '\u0001'.repeat(2_000_000);
    const message = { key: large, headers: { ce_type: large }, value: large };
    const { key, headers, value } = deadLetterMessage(PIPELINE, { ...letter, image: null, detail: large, message });
    expect(Buffer.byteLength(JSON.stringify([key, headers, value]))).toBeLessThan(1_000_000);
    const { data } = readMessage(DEAD, { key, headers, value });
    expect([data.detail.length, data.value?.length]).toEqual([4096, 65_536]);
  });
});

describe('readMessage', () => {
  const { ce_source: _, ...withoutSource } = received.headers;
  const header = (name: string, value: string): Message => ({
    ...received,
    headers: { ...received.headers, [name]: value },
  });
  const data = (over: Record<string, unknown>): Message => ({
    ...received,
    value: JSON.stringify({ ...JSON.parse(received.value), ...over }),
  });

  it.each<[string, Message, string]>([
    ['another version of CloudEvents', header('ce_specversion', '0.3'), 'ce_specversion is "0.3", not 1.0'],
    ['no headers', { ...received, headers: {} }, 'ce_specversion is missing, not 1.0'],
    ['another type', changed, `ce_type is "${EVENT}", not ${RECEIVED}`],
    ['a later version of its type', header('ce_type', 'imgpipe.image.received.v2'), `.v2", not ${RECEIVED}`],
    ['a missing source', { ...received, headers: withoutSource }, 'ce_source is missing'],
    ['a source that is not a pipeline', header('ce_source', '/sensor/1'), 'ce_source is "/sensor/1", not urn:uuid:'],
    ['a source without a UUID', header('ce_source', 'urn:uuid:me'), 'ce_source is "urn:uuid:me", not urn:uuid:'],
    ['invalid JSON', { ...received, value: '{"image_num":' }, 'the message is not JSON: '],
    ['an empty value', { ...received, value: '' }, 'the message is not JSON: '],
    ['JSON that is not an object', { ...received, value: '[3]' }, 'data: '],
    ['null', { ...received, value: 'null' }, 'data: '],
    ['a missing field', data({ stream: undefined }), 'stream: '],
    ['a number as text', data({ image_num: '3' }), 'image_num: '],
    ['a number below one', data({ image_num: 0 }), 'image_num: '],
    ['a fraction', data({ image_num: 1.5 }), 'image_num: '],
    ['an unsafe integer', data({ image_num: 2 ** 60 }), 'image_num: '],
    ['a digest that is not text', data({ sha256: 7 }), 'sha256: '],
    ['a previous image below one', data({ previous_image_num: 0 }), 'previous_image_num: '],
  ])('rejects %s', (_what, message, why) => {
    expect(() => readMessage(RECEIVED, message)).toThrow(
      expect.objectContaining({ code: 'bad_message', message: expect.stringContaining(why) }),
    );
  });

  it('rejects an unknown kind of event', () => {
    const value = JSON.stringify({ ...JSON.parse(changed.value), kind: 'first' });
    expect(() => readMessage(EVENT, { ...changed, value })).toThrow(/kind: /);
  });

  it('ignores fields that a later version added', () => {
    expect(readMessage(RECEIVED, data({ camera: 'north' })).data.image_num).toBe(3);
  });
});

it('consumer groups have the names of the reference, and each other technique its own group', () => {
  expect(ALERT_GROUP).toBe('image_event_alert_group');
  expect(consumerGroup('l2@2')).toBe('image_analysis_group');
  expect(consumerGroup('mse@1')).toBe('image_analysis_group.mse');
});
