import { valueText } from '../base/value-text.ts';

/** The catalog in the data folder. */
export const IN_FOLDER = 'sqlite';

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** Where a catalog on PostgreSQL is. What is undefined comes from libpq's variables. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  readonly sslMode: SslMode | undefined;
  readonly sslRootCert: string | undefined;
}

const DEFAULT_PORT = 5432;
const SCHEMES = ['postgres:', 'postgresql:'];
const VALID = `'${IN_FOLDER}', or a database of PostgreSQL such as postgres://db.example.org:5432/imgpipe`;

/** Whether an address can be printed: one with a password cannot. */
export function isPlainCatalog(value: string): boolean {
  return !value.includes('@') && !/password/i.test(value);
}

/** The address of the catalog as it is given, checked. */
export function catalogAddress(value: unknown): string {
  if (typeof value !== 'string') throw new Error(VALID);
  if (value !== IN_FOLDER) postgresAddress(value);
  return value;
}

/** The parts of the address of a catalog on PostgreSQL; undefined for the catalog in the data folder. */
export function postgresAddress(address: string): PostgresAddress | undefined {
  if (address === IN_FOLDER) return undefined;
  const url = SCHEMES.some((scheme) => address.startsWith(`${scheme}//`)) ? parsed(address) : undefined;
  if (url === undefined) throw new Error(VALID);
  if (url.password !== '') {
    throw new Error(
      'an address without a password; give the password in PGPASSWORD, in the file that PGPASSFILE names, or in catalog_password_file',
    );
  }
  const [database = ''] = url.pathname.slice(1).split('/');
  const host = decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === '' || database === '' || url.pathname.slice(1) !== database || url.hash !== '') throw new Error(VALID);
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    database: decodeURIComponent(database),
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    ...parametersOf(url.searchParams),
  };
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

function parametersOf(parameters: URLSearchParams): Pick<PostgresAddress, 'sslMode' | 'sslRootCert'> {
  const unknown = [...parameters.keys()].find((name) => name !== 'sslmode' && name !== 'sslrootcert');
  if (unknown !== undefined) throw new Error(`the parameters sslmode and sslrootcert alone, not ${valueText(unknown)}`);
  const mode = parameters.get('sslmode');
  return {
    sslMode: mode === null ? undefined : sslModeOf(mode),
    sslRootCert: parameters.get('sslrootcert') ?? undefined,
  };
}

/** A mode of TLS, as libpq names it. */
export function sslModeOf(text: string): SslMode {
  const mode = SSL_MODES.find((each) => each === text);
  if (mode === undefined) throw new Error(`one of the values ${SSL_MODES.join(', ')} for sslmode`);
  return mode;
}
