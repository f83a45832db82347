import { describe, expect, it } from 'vitest';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { checkStreamName } from '../../src/domain/stream-name.ts';

function refusal(name: string): ImgpipeError {
  try {
    checkStreamName(name);
  } catch (error) {
    if (error instanceof ImgpipeError) return error;
  }
  throw new Error(`${name} was accepted`);
}

describe('the name of a stream', () => {
  it.each([
    'default',
    '0',
    'cam-1',
    'a.b_c-d',
    '2026.01',
    'a'.repeat(64),
    '00001',
    '1234.jpg',
    '00001.txt',
    '0001.gif',
    'a00001.jpg',
  ])('can be %s', (name) => {
    expect(checkStreamName(name)).toBe(name);
  });

  it.each([
    '../x',
    '..',
    '.',
    '.hidden',
    '-rf',
    '_a',
    '',
    'a/b',
    'a\\b',
    'A',
    'sky ',
    'a\n',
    'a\nb',
    'ä',
    'a\0',
    'a'.repeat(65),
  ])('cannot be %j, and the error says what is valid', (name) => {
    const error = refusal(name);
    expect(error.blame).toBe('user');
    expect(error.message).toBe(
      `stream: ${JSON.stringify(name)} is not a stream name: use 1 to 64 characters of a-z, 0-9, '.', '_' and '-', starting with a letter or digit`,
    );
  });

  it.each(['00001.jpg', '12345.png', '123456.jpg'])(
    'cannot be the name of an image of the default stream: %s',
    (name) => {
      expect(refusal(name).message).toContain(`${JSON.stringify(name)} would look like an image`);
    },
  );
});
