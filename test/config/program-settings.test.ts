import { describe, expect, expectTypeOf, it } from 'vitest';
import { TECHNIQUES } from '../../src/analysis/techniques.ts';
import { type Given, loadConfig } from '../../src/config/load.ts';
import { BUILT_IN_TECHNIQUES, SETTINGS, type Settings } from '../../src/config/settings.ts';

function load(given: object, techniques: readonly string[] = []) {
  return loadConfig({ given: given as Given, givenAs: 'name', env: {}, techniques });
}

const invalid = (message: unknown) => expect.objectContaining({ code: 'config_invalid', message });

describe("a program's settings", () => {
  it('are refused under an unknown name, with the closest known one', () => {
    expect(() => load({ treshold: 3 })).toThrow(
      invalid(expect.stringMatching(/^unknown setting "treshold": did you mean threshold\? The settings are data, /)),
    );
    expect(() => load({ max_megapixels: 3 })).toThrow(
      invalid(expect.stringContaining('"max_megapixels": did you mean maxMegapixels?')),
    );
    expect(() => load({ zzz: 3 })).toThrow(invalid(expect.stringMatching(/^unknown setting "zzz": the settings are /)));
  });

  const hostile = [
    null,
    10n,
    Symbol('s'),
    () => 1,
    Buffer.from('a'),
    ['1'],
    [],
    {},
    Object.create(null),
    { toString: null },
    Number.NaN,
  ];
  const cases = Object.keys(SETTINGS).flatMap((name) => hostile.map((value) => [name, value] as const));
  it('are refused with their name if the value has a wrong type', () => {
    for (const [name, value] of cases) {
      expect(() => load({ [name]: value }), `${name} ${typeof value}`).toThrow(
        invalid(expect.stringMatching(new RegExp(`^${name}: .+ is not valid: use .`))),
      );
    }
  });

  it('keep the default if they are undefined', () => {
    expect(load({ count: undefined }).count).toBe(10);
  });

  it('may name a technique that the program brings', () => {
    expect(load({ technique: 'mine' }, ['mine']).technique).toBe('mine');
    expect(() => load({ technique: 'mine' })).toThrow(invalid(`technique: "mine" is not valid: use 'l2' or 'changed'`));
  });

  it('have a type for each field', () => {
    expectTypeOf<Settings['threshold']>().toEqualTypeOf<string | number | undefined>();
    expectTypeOf<Settings['interval']>().toEqualTypeOf<string | 0 | undefined>();
    expectTypeOf<Settings['wait']>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<Settings['data']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<NonNullable<Settings['kafkaSasl']>>().toEqualTypeOf<
      'none' | 'plain' | 'scram-sha-256' | 'scram-sha-512'
    >();
  });

  it('know the built-in techniques by the names of the techniques themselves', () => {
    expect(TECHNIQUES.map(({ name }) => name)).toEqual(BUILT_IN_TECHNIQUES);
  });
});
