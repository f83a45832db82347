import { describe, expect, test } from 'vitest';
import { fillBlocks } from '../../docs/reference/make/blocks.ts';
import { MADE_PAGES } from '../../docs/reference/make/pages.ts';
import { readPage } from './pages.ts';

test.each(Object.entries(MADE_PAGES))("%s is what 'npm run reference' writes", async (name, make) => {
  const { text } = readPage(name);
  expect(await make(text)).toBe(text);
});

describe('a page with blocks', () => {
  const page = 'before\n<!-- a:begin -->\nold\n<!-- a:end -->\nafter\n';

  test('keeps its prose and gets new content', () => {
    expect(fillBlocks(page, new Map([['a', 'new']]))).toBe('before\n<!-- a:begin -->\nnew\n<!-- a:end -->\nafter\n');
  });

  test('is refused where a block is missing', () => {
    expect(() => fillBlocks(page, new Map([['b', 'new']]))).toThrow('no block b');
  });
});
