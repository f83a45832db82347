import { describe, expect, it } from 'vitest';
import { messageOf, recordOf } from '../../../src/adapters/kafka/records.ts';
import { imageReceivedMessage } from '../../../src/domain/messages.ts';
import { readMessage } from '../../../src/domain/read-message.ts';
import { imageRecord } from '../../support/samples.ts';

const PLACE = { bus: 'kafka:c', topic: 'image_analysis', partition: 3 };

describe('a record of Kafka', () => {
  it('carries a message whole, with text headers, to its partition', () => {
    const message = imageReceivedMessage('4b1e', imageRecord({ stream: 'sky', number: 7 }));
    const record = recordOf(message, 3);
    expect(record).toEqual({ key: 'sky', value: message.value, headers: message.headers, partition: 3 });
    const bytes = {
      key: Buffer.from('sky'),
      value: Buffer.from(message.value),
      headers: Object.fromEntries(Object.entries(message.headers).map(([name, text]) => [name, Buffer.from(text)])),
      offset: '12',
    };
    const received = messageOf(bytes, PLACE);
    expect(received).toEqual({ ...message, position: { ...PLACE, offset: 12 } });
    expect(readMessage('imgpipe.image.received.v1', received).pipelineId).toBe('4b1e');
  });

  it.each([
    ['no key, no value and no headers', { key: null, value: null }],
    ['empty ones', { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: {} }],
    ['a header without a value', { key: null, value: null, headers: { ce_type: undefined } }],
  ])('of somebody else, with %s, is a message of empty texts', (_, record) => {
    expect(messageOf({ ...record, offset: '0' }, PLACE)).toEqual({
      key: '',
      value: '',
      headers: {},
      position: { ...PLACE, offset: 0 },
    });
  });

  it('with a header that comes twice has the first, and bytes that are no text become some', () => {
    const record = {
      key: Buffer.from([0xff, 0xfe]),
      value: Buffer.from([0x00, 0xff]),
      headers: { ce_type: [Buffer.from('a'), 'b'] },
      offset: '1',
    };
    expect(messageOf(record, PLACE)).toMatchObject({
      key: '\ufffd\ufffd',
      value: '\0\ufffd',
      headers: { ce_type: 'a' },
    });
  });

  it('with a value that is no text keeps its bytes, and has them again', () => {
    const value = Buffer.from([0x7b, 0xff]);
    const received = messageOf({ key: null, value, headers: {}, offset: '1' }, PLACE);
    expect(received.bytes).toEqual(value);
    expect(recordOf(received, 3).value).toEqual(value);
  });
});
