import { type ErrorCode, ImgpipeError } from '../../domain/errors.ts';

type Meaning = readonly [pattern: RegExp, code: ErrorCode, advice: string];

const AUTHENTICATION = 'check the user and the password: PGUSER, PGPASSWORD, PGPASSFILE or catalog_password_file';
const NO_TABLES = 'restore the database from a backup';

/** What an error of PostgreSQL means, by its SQLSTATE (Appendix A of its manual) with its message. The first one that matches. */
const MEANINGS: readonly Meaning[] = [
  [
    /^28000 .*no encryption/,
    'config_invalid',
    'use TLS with sslmode=require, or have pg_hba.conf allow this connection',
  ],
  [
    /^28000 .*pg_hba/,
    'config_invalid',
    'have pg_hba.conf of the server allow this connection, or check user and database',
  ],
  [/^28/, 'config_invalid', AUTHENTICATION],
  [/^3D000/, 'config_invalid', 'create the database, or name another one in catalog'],
  [/^25006/, 'config_invalid', 'it accepts no writes: give the address of the primary server'],
  [/^42501/, 'no_permission', 'grant this user the rights that the guide on PostgreSQL lists'],
  [/^53100/, 'disk_full', 'free space on the disk of the server'],
  [/^XX00[12]/, 'catalog_damaged', 'restore it from a backup'],
  [/^42P01/, 'catalog_damaged', `a table is missing: ${NO_TABLES}`],
  [/^42703/, 'catalog_damaged', `a column is missing: ${NO_TABLES}`],
  [/^42883/, 'catalog_damaged', `a function is missing: ${NO_TABLES}`],
  [/^08/, 'catalog_unavailable', 'check the server and the network'],
  [
    /^53300/,
    'catalog_unavailable',
    'raise max_connections of the server, or run fewer processes: each of imgpipe uses up to 9 connections',
  ],
  [/^53/, 'catalog_unavailable', 'the server lacks resources, such as memory'],
  [/^57P03/, 'catalog_unavailable', 'the server starts or recovers: try again in a moment'],
  [/^57014/, 'catalog_unavailable', 'a statement took too long, or an administrator has cancelled it'],
  [/^57/, 'catalog_unavailable', 'the server is stopping, or has ended the session'],
  [/^55P03/, 'catalog_unavailable', 'another session keeps a lock: look for one that is idle in a transaction'],
  [/^25P03/, 'catalog_unavailable', 'this process was stopped within a transaction'],
  [/^40/, 'catalog_unavailable', 'other sessions write at the same time'],
];

/** What an error of the connection means, by its code and message: TLS on which the two do not agree. */
const TLS_MEANINGS: readonly (readonly [pattern: RegExp, reason: string, advice: string])[] = [
  [
    /does not support SSL/,
    'has no TLS',
    'turn it on at the server (ssl = on), or use sslmode=disable in a network where nobody else listens',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID/,
    'has a certificate for other names',
    'use one of them in the address, or sslmode=verify-ca to accept any name',
  ],
  [
    /^(?:SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_)/,
    'has a certificate of an authority that is not known here',
    "name the file of the authority's certificate in sslrootcert or PGSSLROOTCERT",
  ],
  [/^CERT_/, 'has a certificate that is not valid', 'renew it, or correct the clock of this machine'],
];

/** The SQLSTATE of an error of the server; undefined if the error is not one. */
function stateOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && 'severity' in (error as object) ? code : undefined;
}

/** Whether a transaction was rolled back because of another one: a deadlock, or rows that both have added. It can be repeated. */
export function isConflict(error: unknown): boolean {
  const state = stateOf(error);
  return state === '40001' || state === '40P01';
}

/** Whether the connection is lost. `pg` tells it without an SQLSTATE, the server with one of two classes. */
export function isLost(error: unknown): boolean {
  const state = stateOf(error);
  if (state !== undefined) return state.startsWith('08') || /^57P0[1-5]$/.test(state) || state === '25P03';
  return isOfConnection(error);
}

/** Whether the user lacks a right. */
export function isForbidden(error: unknown): boolean {
  return stateOf(error) === '42501';
}

/** Whether the database or its tables are gone. */
export function isGone(error: unknown): boolean {
  const state = stateOf(error);
  return state === '3D000' || state === '42P01' || state === '3F000';
}

/** An error of PostgreSQL or of the connection as an ImgpipeError that names the catalog; any other error as it is. */
export function translated(error: unknown, address: string): unknown {
  if (error instanceof ImgpipeError) return error;
  const state = stateOf(error);
  const make = (code: ErrorCode, reason: string, advice: string) =>
    new ImgpipeError(code, `the catalog ${address} ${reason}: ${advice}`, { cause: error });
  if (state !== undefined) {
    const { message } = error as Error;
    const [, code, advice] = MEANINGS.find(([pattern]) => pattern.test(`${state} ${message}`)) ?? [];
    if (code === undefined || advice === undefined) return error;
    const verb = code === 'catalog_unavailable' ? 'does not respond' : 'cannot be used';
    return make(code, `${verb} (${message}, SQLSTATE ${state})`, advice);
  }
  if (!isOfConnection(error)) return error;
  const reason = reasonOf(error);
  const [, problem, advice] = TLS_MEANINGS.find(([pattern]) => pattern.test(`${codeOf(error)} ${error.message}`)) ?? [];
  if (problem !== undefined && advice !== undefined) {
    return make('config_invalid', `cannot be used: its server ${problem} (${reason})`, advice);
  }
  return make('catalog_unavailable', `is out of reach (${reason})`, 'check its address, the server and the network');
}

/** Errors of sockets, of TLS and of `pg` itself about its connection. */
function isOfConnection(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isOfConnection);
  return (
    'syscall' in error ||
    /^(?:E[A-Z]+|ERR_TLS_|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_)/.test(codeOf(error)) ||
    /connection|terminated|timeout|server does not support SSL/i.test(error.message)
  );
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

function reasonOf(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = codeOf(first);
  return first.message.includes(code) ? first.message : `${first.message}, ${code}`;
}
