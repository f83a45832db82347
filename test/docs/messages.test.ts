import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonSchemas } from '../../schemas/json-schemas.ts';
import { MESSAGE_TYPES, type MessageType } from '../../src/domain/json/messages.ts';
import { deadLetterMessage, imageEventMessage, imageReceivedMessage, TOPICS } from '../../src/domain/messages.ts';
import { ROOT } from '../support/imgpipe.ts';
import { deadLetter, eventRecord, imageRecord } from '../support/samples.ts';
import { code, readPage, table } from './pages.ts';

const types = Object.keys(MESSAGE_TYPES) as MessageType[];
const messages = {
  'imgpipe.image.received.v1': imageReceivedMessage('p', imageRecord()),
  'imgpipe.image.event.v1': imageEventMessage('p', eventRecord()),
  'imgpipe.dead.letter.v1': deadLetterMessage('p', deadLetter()),
};
const documented = (head: string) =>
  table(readPage('docs/reference/messages.md').text, head).map(([cell]) => code(cell));

describe('the JSON Schemas', () => {
  const folder = path.join(ROOT, 'schemas');

  test("are those of the code: one for each type of message, as 'npm run schemas' writes them", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    expect(files.sort()).toEqual(types.map((type) => `${type}.json`).sort());
    for (const [file, text] of jsonSchemas()) expect(readFileSync(path.join(folder, file), 'utf8')).toBe(text);
  });

  test.each(types)('ask for what a message has, and say what it means: %s', (type) => {
    const schema = JSON.parse(readFileSync(path.join(folder, `${type}.json`), 'utf8'));
    expect(schema.required).toEqual(Object.keys(JSON.parse(messages[type].value)));
    expect(Object.keys(schema.properties)).toEqual(schema.required);
    for (const { description } of Object.values<{ description?: string }>(schema.properties)) {
      expect(description).toMatch(/\w/);
    }
    expect(schema).not.toHaveProperty('additionalProperties');
  });
});

describe('the messages page', () => {
  test('has the topics', () => {
    expect(documented('topic').sort()).toEqual(Object.values(TOPICS).sort());
  });

  test('has the headers of every message', () => {
    for (const { headers } of Object.values(messages)) expect(documented('header')).toEqual(Object.keys(headers));
  });

  test.each(types)('has the fields of %s', (type) => {
    expect(documented(`field of \`${type}\``)).toEqual(Object.keys(MESSAGE_TYPES[type].shape));
  });
});
