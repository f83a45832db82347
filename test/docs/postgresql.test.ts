import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { imgpipe, start } from '../support/imgpipe.ts';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { sharedPostgres } from '../support/postgres/shared-postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { blocks, readPage } from './pages.ts';

const kafka = await sharedKafka();
const { port = 0, whyNone } = await sharedPostgres();
const why = kafka.whyNone ?? whyNone;

/** The statements of the guide: in the first database, and in the new one. */
const [IN_ANY = '', IN_NEW = ''] = blocks(readPage('docs/guides/postgresql.md').section('## Roles'), 'sql');
const DATABASE = 'imgpipe';

describe.skipIf(why !== undefined)(`the roles of the guide on PostgreSQL${why ? ` (skipped: ${why})` : ''}`, () => {
  it('suffice, made by a user who is no superuser', { timeout: 240_000 }, async () => {
    await setUp();
    const data = temporaryFolder();
    const prefix = `${randomUUID()}.`;
    const env = (user: string) => ({
      PGUSER: user,
      IMGPIPE_CATALOG: `postgres://127.0.0.1:${port}/${DATABASE}`,
      IMGPIPE_BROKER: kafka.address ?? '',
      IMGPIPE_TOPIC_PREFIX: prefix,
      IMGPIPE_DATA: data,
    });
    const run = async (user: string, command: string) => {
      const { status, stderr } = await imgpipe(command.split(' '), { env: env(user) });
      return { command, status, stderr };
    };
    const refused = (what: string) => ({
      status: 4,
      stderr: expect.stringMatching(
        `permission denied for ${what}, SQLSTATE 42501\\): grant this user the rights that the guide on PostgreSQL lists`,
      ),
    });

    expect(await run('imgpipe', 'receive --count 0')).toMatchObject(refused('schema imgpipe'));
    expect(await run('imgpipe_owner', 'receive --count 0')).toMatchObject({ status: 0 });
    expect(await run('imgpipe', 'run --count 3')).toMatchObject({ status: 0 });
    for (const command of ['view 1', 'list alerts', 'status', 'status --check']) {
      expect(await run('imgpipe_reader', command)).toEqual({ command, status: 0, stderr: '' });
    }
    expect(await run('imgpipe_reader', 'receive --count 1')).toMatchObject(refused('table \\w+'));
    const viewer = start(['serve', '--port', '0'], { env: env('imgpipe_reader') });
    await viewer.until(/http:/);
    const [address = ''] = /http:\S+/.exec(viewer.stderr() + viewer.stdout()) ?? [];
    expect(await (await fetch(address)).text()).toContain('default');
    viewer.child.kill();
    expect(await viewer.ended).toMatchObject({ status: 0 });
    expect(await run('imgpipe_reader', 'clean --yes')).toMatchObject(refused('table \\w+'));
    expect(await run('imgpipe', 'clean --yes')).toMatchObject({ status: 0 });
  });
});

/** Runs the guide's statements, and undoes them after the test. */
async function setUp(): Promise<void> {
  await query('postgres', 'postgres', ['CREATE ROLE maker LOGIN CREATEROLE CREATEDB']);
  onTestFinished(() =>
    query('postgres', 'postgres', [
      `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`,
      'DROP ROLE IF EXISTS imgpipe_owner, imgpipe, imgpipe_reader, maker',
    ]),
  );
  await query('maker', 'postgres', statements(IN_ANY));
  await query('maker', DATABASE, statements(IN_NEW));
}

function statements(sql: string): string[] {
  return sql.split(/;\s*$/m).filter((each) => each.trim() !== '');
}

async function query(user: string, database: string, all: readonly string[]): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, user, database });
  await client.connect();
  for (const sql of all) await client.query(sql);
  await client.end();
}
