import { describe, expect, it } from 'vitest';
import { checkSqliteVersion } from '../../../src/adapters/sqlite/prepare.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the version of SQLite', () => {
  it.each(['3.51.3', '3.51.10', '3.52.0', '3.100.1', '4.0.0', '3.52'])('may be %s', (version) => {
    expect(() => checkSqliteVersion(version)).not.toThrow();
  });

  it.each(['3.51.2', '3.51', '3.50.99', '3.9.9', '2.99.99', '', 'unknown'])('may not be %j', (version) => {
    expect(() => checkSqliteVersion(version)).toThrow(
      expect.objectContaining({
        code: 'sqlite_too_old',
        blame: 'fatal',
        message: expect.stringContaining(`SQLite ${version} can lose commits`),
      }),
    );
  });

  it('is new enough in the installed package', async () => {
    const { db } = await openSqlite(temporaryFolder());
    expect(() => checkSqliteVersion(String(db.get('SELECT sqlite_version() AS v')?.['v']))).not.toThrow();
  });
});
