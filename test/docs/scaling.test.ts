import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';
import { blocks, readPage, table } from './pages.ts';

const PAGE = readPage('docs/scaling.md').text;

/** `a × b / c + d …` with words and units between; undefined where it is no sum of numbers. */
function worth(text: string): number | undefined {
  const sum = text
    .replaceAll(',', '')
    .split(' + ')
    .map((product) => {
      const [first = '', ...rest] = product.split(/ ([×/]) /);
      let value = Number.parseFloat(first);
      for (let index = 0; index < rest.length; index += 2) {
        const factor = Number.parseFloat(rest[index + 1] ?? '');
        value = rest[index] === '×' ? value * factor : value / factor;
      }
      return value;
    });
  return sum.some(Number.isNaN) ? undefined : sum.reduce((total, each) => total + each, 0);
}

test('the sums of the page are right, but for rounding', () => {
  const sums = blocks(PAGE, 'text')
    .flatMap((block) => block.trimEnd().split('\n'))
    .flatMap((line) => {
      const [left = '', right = ''] = line.split(' = ');
      const [is, said] = [worth(left), worth(right)];
      return is === undefined || said === undefined ? [] : [{ line, is, said }];
    });
  expect(sums.length).toBeGreaterThan(30);
  const wrong = sums.filter(({ is, said }) => Math.abs(is / said - 1) > 0.03);
  expect(wrong).toEqual([]);
});

test('the table of streams and partitions matches the output of bench/spread.ts', () => {
  const rows = table(PAGE, 'streams').map((row) => row.map(Number));
  expect(rows.length).toBeGreaterThan(3);
  for (const [streams, partitions, average, fullest] of rows) {
    const spread = ['--import', 'tsx', 'bench/spread.ts', String(streams), String(partitions)];
    expect(execFileSync(process.execPath, spread, { cwd: ROOT, encoding: 'utf8' })).toContain(
      `${streams} streams on ${partitions} partitions: the fullest has ${fullest},`,
    );
    expect(((streams ?? 0) / (partitions ?? 1)).toFixed(1)).toBe(average?.toFixed(1));
  }
});
