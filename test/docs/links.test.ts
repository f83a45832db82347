import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';
import { brokenLinks, linksOf } from './links.ts';
import { PAGES, readPage } from './pages.ts';

describe.each([...PAGES, 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s', (page) => {
  test('links to files and headings that exist', () => {
    expect(brokenLinks(ROOT, page)).toEqual([]);
  });
});

test('the index of the documentation links to every page, and the README to the index', () => {
  const linked = linksOf(ROOT, 'docs/README.md').map((target) => path.posix.join('docs', target));
  expect(linked).toEqual(expect.arrayContaining(PAGES.filter((page) => page !== 'docs/README.md')));
  expect(linksOf(ROOT, 'README.md')).toContain('docs/README.md');
});

test('the README has at most 150 lines', () => {
  expect(readPage('README.md').text.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});
