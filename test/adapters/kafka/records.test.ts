import { describe, expect, it } from 'vitest';
import { messageOf, recordOf } from '../../../src/adapters/kafka/records.ts';
import { imageReceivedMessage } from '../../../src/domain/messages.ts';
import { readMessage } from '../../../src/domain/read-message.ts';
import { imageRecord } from '../../support/samples.ts';

const PIPELINE = '01234567-89ab-cdef-0123-456789abcdef';
const POSITION = { bus: 'kafka:c', topic: 'image_analysis', partition: 3 };

describe('a record of Kafka', () => {
  it('carries key, value and text headers of a message to its partition', () => {
    const message = imageReceivedMessage(PIPELINE, imageRecord({ stream: 'sky', number: 7 }));
    const record = recordOf(message, 3);
    expect(record).toEqual({ key: 'sky', value: message.value, headers: message.headers, partition: 3 });
    const bytes = {
      key: Buffer.from('sky'),
      value: Buffer.from(message.value),
      headers: Object.fromEntries(Object.entries(message.headers).map(([name, text]) => [name, Buffer.from(text)])),
      offset: '12',
    };
    const received = messageOf(bytes, POSITION);
    expect(received).toEqual({ ...message, position: { ...POSITION, offset: 12 } });
    expect(readMessage('imgpipe.image.received.v1', received).pipelineId).toBe(PIPELINE);
  });

  it.each([
    ['no key, no value and no headers', { key: null, value: null }],
    ['empty key, value and headers', { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: {} }],
    ['a header without a value', { key: null, value: null, headers: { ce_type: undefined } }],
  ])('of another producer, with %s, is read as a message of empty strings', (_, record) => {
    expect(messageOf({ ...record, offset: '0' }, POSITION)).toEqual({
      key: '',
      value: '',
      headers: {},
      position: { ...POSITION, offset: 0 },
    });
  });

  it('with a repeated header is read with the first one, and invalid UTF-8 is replaced', () => {
    const record = {
      key: Buffer.from([0xff, 0xfe]),
      value: Buffer.from([0x00, 0xff]),
      headers: { ce_type: [Buffer.from('a'), 'b'] },
      offset: '1',
    };
    expect(messageOf(record, POSITION)).toMatchObject({
      key: '\ufffd\ufffd',
      value: '\0\ufffd',
      headers: { ce_type: 'a' },
    });
  });

  it('with a value that is not UTF-8 keeps its bytes, also when it is published again', () => {
    const value = Buffer.from([0x7b, 0xff]);
    const received = messageOf({ key: null, value, headers: {}, offset: '1' }, POSITION);
    expect(received.bytes).toEqual(value);
    expect(recordOf(received, 3).value).toEqual(value);
  });
});
