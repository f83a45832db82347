import { describe, expect, test } from 'vitest';
import { MESSAGE_TYPES, type MessageType } from '../../src/domain/json/messages.ts';
import { deadLetterMessage, imageEventMessage, imageReceivedMessage, TOPICS } from '../../src/domain/messages.ts';
import { code, readPage, table } from '../docs/pages.ts';
import { expectShape } from '../support/json-shapes.ts';
import { deadLetter, eventRecord, imageRecord } from '../support/samples.ts';

const types = Object.keys(MESSAGE_TYPES) as MessageType[];
const messages = {
  'imgpipe.image.received.v1': imageReceivedMessage('p', imageRecord()),
  'imgpipe.image.event.v1': imageEventMessage('p', eventRecord()),
  'imgpipe.dead.letter.v1': deadLetterMessage('p', deadLetter()),
};

test.each(types)('a message has the fields of its schema, and no other: %s', (type) => {
  expectShape(JSON.parse(messages[type].value), MESSAGE_TYPES[type]);
});

describe('the page of the messages', () => {
  const documented = (head: string) =>
    table(readPage('docs/reference/messages.md').text, head).map(([cell]) => code(cell));

  test('has the topics', () => {
    expect(documented('topic').sort()).toEqual(Object.values(TOPICS).sort());
  });

  test('has the headers of every message', () => {
    for (const { headers } of Object.values(messages)) expect(documented('header')).toEqual(Object.keys(headers));
  });
});
