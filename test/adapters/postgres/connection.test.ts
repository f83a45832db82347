import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresCatalog } from '../../../src/adapters/postgres/catalog.ts';
import { postgresConnectionOf } from '../../../src/config/postgres-connection.ts';
import { asSuperuser } from '../../support/postgres/databases.ts';
import { NOBODY, type PostgresServer, startPostgres } from '../../support/postgres/postgres-server.ts';
import { sharedPostgres } from '../../support/postgres/shared-postgres.ts';
import { createTlsFiles, type TlsFiles } from '../../support/postgres/tls-files.ts';
import { lastingFolder } from '../../support/temporary-folder.ts';

const { port: sharedPort = 0, whyNone } = await sharedPostgres();

const PASSWORD = 'a:back\\slash';
const HBA = `
host all postgres 127.0.0.1/32 trust
hostssl all only_tls all scram-sha-256
host all camera,nobody all scram-sha-256
`;

describe.skipIf(whyNone !== undefined)('a connection to PostgreSQL', () => {
  let server: PostgresServer;
  let tls: TlsFiles;
  const folder = lastingFolder();
  const file = (name: string) => path.join(folder, name);

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    tls = createTlsFiles(folder, process.getuid?.() === 0 ? NOBODY : undefined);
    writeFileSync(file('hba'), HBA);
    server = await startPostgres({ ...tls.settings, hba_file: file('hba'), max_connections: '14' });
    await asSuperuser(
      server.port,
      'postgres',
      `CREATE ROLE camera LOGIN PASSWORD '${PASSWORD}'; CREATE ROLE only_tls LOGIN PASSWORD 'x'; CREATE ROLE nobody LOGIN; GRANT camera TO only_tls`,
    );
    await asSuperuser(server.port, 'postgres', 'CREATE DATABASE pictures OWNER camera');
  });
  afterAll(() => server.close());

  interface Way {
    readonly host?: string;
    readonly port?: number;
    readonly database?: string;
    readonly parameters?: string;
    readonly user?: string | undefined;
    readonly env?: Record<string, string>;
    readonly passwordFile?: string;
  }

  /** Opens and closes the catalog. */
  async function open(way: Way): Promise<void> {
    const { host = 'localhost', port = server.port, database = 'pictures', parameters = '', passwordFile = '' } = way;
    const user = 'user' in way ? way.user : 'camera';
    const catalog = `postgres://${user === undefined ? '' : `${user}@`}${host}:${port}/${database}${parameters}`;
    const config = { catalog, catalogPasswordFile: passwordFile, broker: 'kafka://a:9092' };
    const connection = postgresConnectionOf(config, way.env ?? { PGPASSWORD: PASSWORD });
    if (connection === undefined) throw new Error('not on PostgreSQL');
    await (await openPostgresCatalog({ ...connection, as: 'a test' }, { create: true })).close();
  }

  const root = (name: 'caFile' | 'otherCaFile') => `&sslrootcert=${tls[name]}`;

  it.each<[string, () => Way]>([
    ['sslmode=disable', () => ({ parameters: '?sslmode=disable' })],
    ['sslmode=require, whatever the certificate', () => ({ parameters: '?sslmode=require' })],
    ['sslmode=require with the authority', () => ({ parameters: `?sslmode=require${root('caFile')}` })],
    ['sslmode=verify-ca', () => ({ parameters: `?sslmode=verify-ca${root('caFile')}` })],
    [
      'sslmode=verify-ca, whatever the name',
      () => ({ host: '127.0.0.1', parameters: `?sslmode=verify-ca${root('caFile')}` }),
    ],
    ['sslmode=verify-full', () => ({ parameters: `?sslmode=verify-full${root('caFile')}` })],
    [
      'TLS by variables',
      () => ({ user: 'only_tls', env: { PGSSLMODE: 'verify-full', PGSSLROOTCERT: tls.caFile, PGPASSWORD: 'x' } }),
    ],
    ['the user in PGUSER', () => ({ user: undefined, env: { PGUSER: 'camera', PGPASSWORD: PASSWORD } })],
    ['the password in PGPASSFILE', () => ({ env: { PGPASSFILE: passwordFile('a', 0o600) } })],
    ['the password in catalog_password_file', () => ({ env: {}, passwordFile: secretFile() })],
  ])('opens with %s', async (_, way) => {
    await open(way());
  });

  it.each<[string, () => Way, string, RegExp]>([
    [
      'a server without TLS',
      () => ({ port: sharedPort, parameters: '?sslmode=require' }),
      'config_invalid',
      /its server has no TLS .*: turn it on at the server \(ssl = on\), or use sslmode=disable/,
    ],
    [
      'an authority that is not known',
      () => ({ parameters: '?sslmode=verify-full' }),
      'config_invalid',
      /certificate of an authority that is not known here .*UNABLE_TO_.*sslrootcert or PGSSLROOTCERT/,
    ],
    [
      'another authority',
      () => ({ parameters: `?sslmode=require${root('otherCaFile')}` }),
      'config_invalid',
      /certificate of an authority that is not known here/,
    ],
    [
      'a certificate for another name',
      () => ({ host: '127.0.0.1', parameters: `?sslmode=verify-full${root('caFile')}` }),
      'config_invalid',
      /certificate for other names .*ERR_TLS_CERT_ALTNAME_INVALID.*sslmode=verify-ca/,
    ],
    [
      'a server that requires TLS',
      () => ({ user: 'only_tls', parameters: '?sslmode=disable' }),
      'config_invalid',
      /28000\): use TLS with sslmode=require/,
    ],
    [
      'a wrong password',
      () => ({ env: { PGPASSWORD: 'no' } }),
      'config_invalid',
      /28P01\): check the user and the password/,
    ],
    [
      'no password',
      () => ({ env: { PGPASSFILE: file('nosuch') } }),
      'config_invalid',
      /localhost:\d+ requires a password for the user camera, and there is none: give it in PGPASSWORD/,
    ],
    [
      'a password file of other accounts',
      () => ({ user: 'nobody', env: { PGPASSFILE: passwordFile('b', 0o600) } }),
      'config_invalid',
      /requires a password for the user nobody, and there is none/,
    ],
    [
      'a password file that others can read',
      () => ({ env: { PGPASSFILE: passwordFile('c', 0o644) } }),
      'config_invalid',
      /^PGPASSFILE: others can read the password file .*chmod 600/,
    ],
    [
      'a database that does not exist',
      () => ({ database: 'nosuch' }),
      'config_invalid',
      /3D000\): create the database/,
    ],
  ])('is refused with %s', async (_, way, code, message) => {
    await expect(open(way())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is refused with a password in the address, which is not printed', async () => {
    const opening = open({ user: 'camera:hunter2' });
    await expect(opening).rejects.toThrow(/an address without a password; give the password in PGPASSWORD/);
    await expect(opening).rejects.not.toThrow(/hunter2/);
  });

  it('waits for a server that has no connection left', async () => {
    const clients = Array.from({ length: 14 }, () => {
      const client = new Client({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' });
      onTestFinished(() => client.end());
      return client.connect();
    });
    await Promise.allSettled(clients);
    await expect(open({})).rejects.toMatchObject({
      code: 'catalog_unavailable',
      message: expect.stringMatching(/53300\): raise max_connections of the server, or run fewer processes/),
    });
  });

  function passwordFile(name: string, mode: number): string {
    const lines = ['# accounts', 'other.example.org:*:*:*:no', `localhost:*:pictures:camera:${escaped(PASSWORD)}`];
    writeFileSync(file(`pgpass-${name}`), lines.join('\n'), { mode });
    return file(`pgpass-${name}`);
  }

  function secretFile(): string {
    writeFileSync(file('secret'), `${PASSWORD}\n`);
    return file('secret');
  }
});

/** As a field of a password file. */
function escaped(text: string): string {
  return text.replaceAll(/[\\:]/g, '\\$&');
}
