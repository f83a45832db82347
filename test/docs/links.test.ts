import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';

const DOCS = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...DOCS.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];
const FENCED = /^```[\s\S]*?^```$/gm;

function textOf(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8').replace(FENCED, '');
}

/** The names by which a page's headings are linked to. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

/** The targets within this repository. */
function linksOf(page: string): string[] {
  return [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target));
}

/** What is wrong with a link; undefined where it leads somewhere. */
function problemOf(page: string, target: string): string | undefined {
  const [file = '', anchor] = target.split('#');
  const to = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
  if (!existsSync(path.join(ROOT, to))) return `${target}: there is no ${to}`;
  if (anchor === undefined || anchorsOf(to).includes(anchor)) return undefined;
  return `${target}: ${to} has no such heading`;
}

describe.each(PAGES)('%s', (page) => {
  test('links to files and headings that are there', () => {
    expect(linksOf(page).flatMap((target) => problemOf(page, target) ?? [])).toEqual([]);
  });
});

test('the README links to every page of docs/', () => {
  expect(linksOf('README.md')).toEqual(expect.arrayContaining(PAGES.filter((page) => page.startsWith('docs/'))));
});
