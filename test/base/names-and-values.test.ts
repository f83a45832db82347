import { describe, expect, it } from 'vitest';
import { closestName } from '../../src/base/closest-name.ts';
import { valueText } from '../../src/base/value-text.ts';

describe('the closest name', () => {
  it.each([
    ['treshold', 'threshold'],
    ['max_megapixels', 'maxMegapixels'],
    ['MaxMegaPixel', 'maxMegapixels'],
    ['strem', 'stream'],
    ['colour', undefined],
    ['', undefined],
  ])('to %j is %j', (typed, name) => {
    expect(closestName(typed, ['stream', 'threshold', 'maxMegapixels'])).toBe(name);
  });
});

describe('the text of a value', () => {
  it.each<[unknown, string]>([
    ['a\nb', '"a\\nb"'],
    ['x'.repeat(200), `"${'x'.repeat(120)}…"`],
    [3, '3'],
    [null, 'null'],
    [undefined, 'undefined'],
    [10n, '10n'],
    [Buffer.from('a'), 'a Buffer'],
    [new Uint8Array(2), 'a typed array'],
    [[], 'an empty array'],
    [[1], 'an array'],
    [Symbol('s'), 'a symbol'],
    [() => 1, 'a function'],
    [Object.create(null), 'an object'],
  ])('%# is short and on one line', (value, text) => {
    expect(valueText(value)).toBe(text);
  });

  it('does not call the value', () => {
    const hostile = {
      toString: () => {
        throw new Error('called');
      },
      toJSON: () => {
        throw new Error('called');
      },
    };
    expect(valueText(hostile)).toBe('an object');
  });
});
