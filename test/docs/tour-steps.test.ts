import { describe, expect, test } from 'vitest';
import { outputPattern, tourSteps } from './tour-steps.ts';

describe('a pattern of expected output', () => {
  const holds = (lines: string, output: string) => outputPattern(lines).test(output);

  test('takes lines whole and in order, … for anything within a line, and a line of … for lines', () => {
    expect(holds('one\nt…o', 'zero\none\ntwo\n')).toBe(true);
    expect(holds('one\n…\nthree', 'one\ntwo\ntwo\nthree\n')).toBe(true);
    expect(holds('a b', 'a\t  b  \n')).toBe(true);
    expect(holds('one\nthree', 'one\ntwo\nthree\n')).toBe(false);
    expect(holds('one', 'stone\n')).toBe(false);
    expect(holds('one', 'one more\n')).toBe(false);
    expect(holds('a.c', 'abc\n')).toBe(false);
  });
});

describe('the steps of a page', () => {
  const page = '```sh terminal=1 exit=3\nfalse\n```\n\n```js\ncode\n```\n';

  test('are its blocks for a terminal', () => {
    expect(tourSteps(page.split('\n\n')[0] ?? '')).toEqual([
      { kind: 'sh', terminals: [1], lines: 'false', exit: 3, at: 1 },
    ]);
  });

  test('leave out other blocks only where the page may have them', () => {
    expect(() => tourSteps(page)).toThrow('line 5');
    expect(tourSteps(page, { others: true })).toHaveLength(1);
  });
});
