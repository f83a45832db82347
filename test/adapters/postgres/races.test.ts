import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import { createDatabase } from '../../../src/adapters/postgres/database.ts';
import { createLocks } from '../../../src/adapters/postgres/locks.ts';
import { type Connection, createSessions } from '../../../src/adapters/postgres/sessions.ts';
import { get, run } from '../../../src/adapters/sql/work.ts';
import { LockLost } from '../../../src/domain/errors.ts';
import type { Catalog } from '../../../src/ports/catalog/catalog.ts';
import { holderOf } from '../../contracts/catalog/setup.ts';
import { fencedPipeline } from '../../support/clean-catalog.ts';
import { asSuperuser } from '../../support/postgres/databases.ts';
import { borrowDatabase, makeDatabase, sharedPostgres } from '../../support/postgres/shared-postgres.ts';
import { newImage, positionAt } from '../../support/samples.ts';

const { port = 0, whyNone } = await sharedPostgres();

describe.skipIf(whyNone !== undefined)('sessions on PostgreSQL', () => {
  async function openOn(connection: Connection): Promise<Catalog> {
    const catalog = await openPostgresCatalog(connection, { create: true });
    onTestFinished(() => catalog.close());
    return catalog;
  }

  /** A session of the test's own. */
  async function sessionOn({ database }: Connection): Promise<Client> {
    const client = new Client({ host: '127.0.0.1', port, database, user: 'postgres' });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query('SET search_path = imgpipe');
    return client;
  }

  function databaseOn(connection: Connection) {
    const sessions = createSessions(connection, false);
    onTestFinished(() => sessions.close());
    return createDatabase(sessions, 'the test');
  }

  /** Resolves once so many sessions of the database wait for a lock. */
  async function waiting(session: Client, count = 1): Promise<void> {
    await expect
      .poll(async () => {
        const { rows } = await session.query(
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        return Number(rows[0].count);
      })
      .toBe(count);
  }

  it.each<[string, string, (catalog: Catalog) => Promise<() => Promise<unknown>>]>([
    [
      'a stream',
      "UPDATE stream SET token = 'of another'",
      async (catalog) => {
        const holder = await holderOf(catalog);
        return () => catalog.writeImages(holder, { added: [newImage()] });
      },
    ],
    [
      'the events',
      "UPDATE pipeline SET events_token = 'of another'",
      async (catalog) => {
        await catalog.fenceEvents('a token');
        return () => catalog.markEventsPublished([{ number: 1, position: positionAt(1) }], 'a token');
      },
    ],
    [
      'the pipeline',
      "UPDATE pipeline SET token = 'of another'",
      async (catalog) => {
        const token = await fencedPipeline(catalog);
        return () => catalog.beginClean(token);
      },
    ],
    [
      'the pipeline, shared',
      "UPDATE pipeline SET token = 'of another'",
      async (catalog) => {
        const { pipelineId } = await catalog.identity();
        return () => catalog.forPipeline(pipelineId).keepActive('l2@2');
      },
    ],
  ])('refuse a holder of %s that lost its lock while it waited for the row', async (_, take, begin) => {
    const connection = await borrowDatabase(port);
    const write = await begin(await openOn(connection));
    const another = await sessionOn(connection);
    await another.query('BEGIN');
    await another.query(take);
    const writing = write();
    writing.catch(() => {});
    await waiting(await sessionOn(connection));
    await another.query('COMMIT');
    await expect(writing).rejects.toBeInstanceOf(LockLost);
  });

  it('do a transaction again that was the victim of a deadlock', async () => {
    const connection = await borrowDatabase(port);
    await holderOf(await openOn(connection));
    const another = await sessionOn(connection);
    // The other session looks for a deadlock first, and is its victim.
    await another.query("SET deadlock_timeout = '1min'");
    await another.query('BEGIN');
    await another.query('UPDATE stream SET last_number = 7');
    let tries = 0;
    const writing = databaseOn(connection).write(function* () {
      tries += 1;
      return yield* run('UPDATE stream SET last_number = last_number + 1');
    });
    await waiting(await sessionOn(connection));
    await another.query('SELECT 1 FROM pipeline FOR UPDATE');
    await another.query('COMMIT');
    expect(await writing).toBe(1);
    expect(tries).toBe(2);
    expect((await another.query('SELECT last_number FROM stream')).rows).toEqual([{ last_number: '8' }]);
  });

  it('do a transaction again that could not be serialized', async () => {
    const connection = await borrowDatabase(port);
    await holderOf(await openOn(connection));
    const another = await sessionOn(connection);
    await another.query('SELECT pg_advisory_lock(7)');
    let tries = 0;
    const writing = databaseOn(connection).write(function* () {
      tries += 1;
      if (tries === 1) {
        // A transaction that is isolated further than those of the catalog.
        yield* run('COMMIT');
        yield* run('BEGIN ISOLATION LEVEL REPEATABLE READ');
        yield* get('SELECT 1 FROM pg_advisory_xact_lock(7)');
      }
      return yield* run('UPDATE stream SET last_number = last_number + 1');
    });
    await waiting(await sessionOn(connection));
    await another.query('UPDATE stream SET last_number = 7');
    await another.query('SELECT pg_advisory_unlock(7)');
    expect(await writing).toBe(1);
    expect(tries).toBe(2);
    expect((await another.query('SELECT last_number FROM stream')).rows).toEqual([{ last_number: '8' }]);
  });

  it('see what was committed while they waited, whatever the default of the database', async () => {
    const connection = await makeDatabase(port);
    await holderOf(await openOn(connection));
    await asSuperuser(
      port,
      'postgres',
      `ALTER DATABASE ${connection.database} SET default_transaction_isolation = 'repeatable read'`,
    );
    const another = await sessionOn(connection);
    await another.query('BEGIN');
    await another.query('SELECT 1 FROM pipeline FOR UPDATE');
    await another.query('UPDATE stream SET last_number = 7');
    const reading = databaseOn(connection).write(() => get('SELECT last_number FROM stream'));
    await waiting(await sessionOn(connection));
    await another.query('COMMIT');
    expect(await reading).toEqual({ last_number: 7 });
  });

  it('that hold locks fire their lost signals when they drop, and the locks can be taken again', async () => {
    const connection = await borrowDatabase(port);
    const [catalog, other] = [await openOn(connection), await openOn(connection)];
    const held = [await catalog.lock('a', 'one'), await catalog.lock('b', 'one', 'shared')].map((result) => {
      if (!('lock' in result)) throw new Error(`held by ${result.holder}`);
      return result.lock;
    });
    const lost = held.map((lock) => once(lock.lost, 'abort'));
    const session = await sessionOn(connection);
    await session.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'");
    await Promise.all(lost);
    expect(await other.lock('a', 'another')).toHaveProperty('lock');
    expect(await catalog.lock('a', 'one')).toEqual({ holder: 'another' });
    expect(await catalog.lock('b', 'one')).toHaveProperty('lock');
    // Of a lock that is lost, nothing is left to release.
    for (const lock of held) await lock.release();
    expect(await other.lock('b', 'another')).toEqual({ holder: 'one' });
  });

  it('of different roles see who holds a lock', async () => {
    const role = `role_${randomUUID().replaceAll('-', '')}`;
    onTestFinished(() => asSuperuser(port, 'postgres', `DROP ROLE ${role}`));
    const connection = await makeDatabase(port);
    const catalog = await openOn(connection);
    await asSuperuser(
      port,
      connection.database,
      `CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA imgpipe TO ${role};
       GRANT SELECT, INSERT, DELETE ON imgpipe.lock_holder TO ${role}`,
    );
    const locks = createLocks(createSessions({ ...connection, user: role }, false), {
      address: 'the test',
      holderSuffix: '',
    });
    onTestFinished(() => locks.close());
    await catalog.lock('a', 'the superuser');
    await locks.lock('b', 'the role');
    expect(await locks.lock('a', 'the role')).toEqual({ holder: 'the superuser' });
    expect(await catalog.lock('b', 'the superuser')).toEqual({ holder: 'the role' });
  });

  it('are ended by the server within 30 s when their host has vanished', async () => {
    const session = await createSessions(await borrowDatabase(port), false).open();
    onTestFinished(() => session.end());
    const value = async (setting: string) =>
      Number((await session.query(`SELECT setting FROM pg_settings WHERE name = '${setting}'`)).rows[0]?.setting);
    const [idle, interval, count] = [
      await value('tcp_keepalives_idle'),
      await value('tcp_keepalives_interval'),
      await value('tcp_keepalives_count'),
    ];
    expect([idle, interval, count, await value('tcp_user_timeout')]).toEqual([10, 5, 3, 25_000]);
    expect(idle + interval * count).toBeLessThanOrEqual(30);
  });

  it('a lock whose holder cannot be entered is free again', async () => {
    const connection = await borrowDatabase(port);
    const [one, other] = [await openOn(connection), await openOn(connection)];
    const session = await sessionOn(connection);
    await session.query('ALTER TABLE lock_holder RENAME TO gone');
    await expect(one.lock('stream', 'one')).rejects.toThrow(/lock_holder/);
    await session.query('ALTER TABLE gone RENAME TO lock_holder');
    expect(await other.lock('stream', 'other')).toHaveProperty('lock');
  });
});
