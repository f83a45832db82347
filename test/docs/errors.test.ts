import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/domain/errors.ts';
import { code, readPage, table } from './pages.ts';

test('the errors page lists every error code, with its blame and exit code', () => {
  const documented = table(readPage('docs/reference/errors.md').text, 'code').map(([name, blame, exit, meaning]) => {
    expect(meaning).not.toBe('');
    return [code(name), blame, Number(exit)];
  });
  expect(documented).toEqual(Object.entries(ERROR_CODES).map(([name, { blame, exit }]) => [name, blame, exit]));
});

test('the errors page explains every blame', () => {
  const documented = table(readPage('docs/reference/errors.md').text, 'blame').map(([blame]) => blame);
  expect(documented.sort()).toEqual([...new Set(Object.values(ERROR_CODES).map(({ blame }) => blame))].sort());
});

test('troubleshooting has a section for every error code, in the order of the errors page', () => {
  const page = readPage('docs/guides/troubleshooting.md');
  const headings = page.headings(/^### /);
  expect(headings).toEqual(Object.keys(ERROR_CODES).map((name) => `### \`${name}\``));
  for (const heading of headings) expect(page.section(heading).trim(), heading).not.toBe('');
});

test('the exit codes page lists 0, the exit code of every error, and those of a signal', () => {
  const exits = Object.values(ERROR_CODES).map(({ exit }) => exit);
  const documented = table(readPage('docs/reference/exit-codes.md').text, 'exit').map(([exit]) => Number(exit));
  expect(documented).toEqual([0, ...[...new Set<number>(exits)].sort(), 130, 143]);
});
