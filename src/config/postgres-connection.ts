import { userInfo } from 'node:os';
import { ImgpipeError } from '../domain/errors.ts';
import { postgresAddress, type SslMode, sslModeOf } from './catalog-address.ts';
import { contentOf } from './named-file.ts';
import { postgresPassword } from './postgres-password.ts';
import type { Config } from './settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * How to connect to the configured catalog on PostgreSQL; undefined for the catalog in the data folder. What the settings leave
 * open comes from libpq's variables and its password file. Throws `config_invalid`.
 */
export function postgresConnectionOf(
  { catalog, catalogPasswordFile, broker }: Pick<Config, 'catalog' | 'catalogPasswordFile' | 'broker'>,
  env: Env,
) {
  const address = postgresAddress(catalog);
  if (address === undefined) return undefined;
  if (broker === 'embedded') {
    throw invalid(
      'broker: the embedded broker is in the data folder, together with the catalog there: with a catalog on PostgreSQL, name a Kafka cluster',
    );
  }
  if (catalogPasswordFile) contentOf('catalog_password_file', catalogPasswordFile);
  const { host, port, database } = address;
  const account = { host, port, database, user: address.user ?? (env['PGUSER'] || userOfProcess()) };
  return {
    ...account,
    password: () => postgresPassword(account, catalogPasswordFile, env),
    ssl: tlsOf(host, address.sslMode ?? modeIn(env), address.sslRootCert ?? env['PGSSLROOTCERT']),
  };
}

function userOfProcess(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new ImgpipeError(
      'config_invalid',
      'catalog: the user of the database is not known, and the user of this process has no name: give the user in PGUSER, or in the address as in postgres://user@host/database',
      { cause },
    );
  }
}

function modeIn(env: Env): SslMode | undefined {
  const mode = env['PGSSLMODE'];
  if (!mode) return undefined;
  try {
    return sslModeOf(mode);
  } catch (error) {
    throw invalid(`PGSSLMODE: ${mode} is not valid: use ${(error as Error).message}`);
  }
}

/** TLS as libpq's modes have it. Without one, only a server on this machine is talked to in the clear. */
function tlsOf(host: string, mode: SslMode | undefined, rootCert: string | undefined) {
  const isHere = host === 'localhost' || host === '::1' || host.startsWith('127.');
  const inForce = mode ?? (isHere ? 'disable' : 'require');
  if (inForce === 'disable') return false as const;
  const ca = rootCert ? { ca: contentOf('sslrootcert', rootCert) } : {};
  if (inForce === 'require') return { ...ca, rejectUnauthorized: rootCert !== undefined, ...ofAnyName };
  return { ...ca, rejectUnauthorized: true, ...(inForce === 'verify-ca' && ofAnyName) };
}

/** The certificate may be for another host. */
const ofAnyName = { checkServerIdentity: () => undefined };

function invalid(message: string): ImgpipeError {
  return new ImgpipeError('config_invalid', message);
}
