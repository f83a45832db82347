import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';
import { lastingFolder } from '../support/temporary-folder.ts';
import { brokenLinks } from './links.ts';
import { PAGES } from './pages.ts';

const folder = lastingFolder();
const unpacked = path.join(folder, 'package');

beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', path.join(folder, tarball), '-C', folder]);
});

describe('the packed tarball', () => {
  test('holds every page, and of docs/ only pages, pictures, unit files and manifests', () => {
    const docs = readdirSync(path.join(unpacked, 'docs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(unpacked, path.join(entry.parentPath, entry.name)));
    expect(docs).toEqual(expect.arrayContaining(PAGES.filter((page) => page.startsWith('docs/'))));
    expect(docs.filter((file) => !/\.(md|png|service|timer|yaml)$/.test(file))).toEqual([]);
  });

  test.each([...PAGES, 'CHANGELOG.md'])('holds every file and heading that %s links to', (page) => {
    expect(brokenLinks(unpacked, page)).toEqual([]);
  });
});
