import { describe, expect, it } from 'vitest';
import { translated } from '../../../src/adapters/sqlite/errors.ts';

/** An error as SQLite reports it (https://sqlite.org/rescode.html). */
function sqliteError(code: number): Error {
  return Object.assign(new Error('something failed'), { sqliteCode: code & 0xff, sqliteExtendedCode: code });
}

describe('an error of SQLite', () => {
  it.each([
    ['SQLITE_CORRUPT', 11, 'catalog_damaged'],
    ['SQLITE_CORRUPT_INDEX', 779, 'catalog_damaged'],
    ['SQLITE_NOTADB', 26, 'catalog_damaged'],
    ['SQLITE_IOERR_CORRUPTFS', 8458, 'catalog_damaged'],
    ['SQLITE_IOERR_SHORT_READ', 522, 'catalog_damaged'],
    ['SQLITE_IOERR', 10, 'catalog_unavailable'],
    ['SQLITE_IOERR_READ', 266, 'catalog_unavailable'],
    ['SQLITE_FULL', 13, 'disk_full'],
    ['SQLITE_READONLY', 8, 'no_permission'],
  ])('%s (%i) names the file and is %s', (_, code, expected) => {
    expect(translated(sqliteError(code), '/data/imgpipe.db')).toMatchObject({
      code: expected,
      message: expect.stringContaining('/data/imgpipe.db'),
    });
  });
});
