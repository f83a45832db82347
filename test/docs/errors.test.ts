import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/domain/errors.ts';
import { code, section, table } from './readme.ts';

test("the README's error codes are the program's, with blame and exit", () => {
  const documented = table(section('## Error codes'), 'code').map(([name, blame, exit, meaning]) => {
    expect(meaning).not.toBe('');
    return [code(name), blame, Number(exit)];
  });
  expect(documented).toEqual(Object.entries(ERROR_CODES).map(([name, { blame, exit }]) => [name, blame, exit]));
});

test('the README lists 0, the exit of every error, and those of an interrupt', () => {
  const exits = Object.values(ERROR_CODES).map(({ exit }) => exit);
  const documented = table(section('## Exit codes'), 'exit').map(([exit]) => Number(exit));
  expect(documented).toEqual([0, ...[...new Set<number>(exits)].sort(), 130, 143]);
});
