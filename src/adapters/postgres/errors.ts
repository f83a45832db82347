import { type ErrorCode, ImgpipeError } from '../../domain/errors.ts';

/** What an error of PostgreSQL means, by its SQLSTATE or the beginning of one (Appendix A of its manual). */
const MEANINGS: readonly (readonly [state: string, code: ErrorCode, advice: string])[] = [
  ['28', 'config_invalid', 'check the user and the password: PGUSER, PGPASSWORD, PGPASSFILE or catalog_password_file'],
  ['3D000', 'config_invalid', 'create the database, or name another one in catalog'],
  ['25006', 'config_invalid', 'it accepts no writes: give the address of the primary server'],
  ['42501', 'no_permission', 'grant this user what the guide on PostgreSQL lists'],
  ['53100', 'disk_full', 'free space on the disk of the server'],
  ['XX001', 'catalog_damaged', 'restore it from a backup'],
  ['XX002', 'catalog_damaged', 'restore it from a backup'],
  ['42P01', 'catalog_damaged', 'a table is missing: restore the database from a backup'],
  ['42703', 'catalog_damaged', 'a column is missing: restore the database from a backup'],
  ['08', 'catalog_unavailable', 'check the server and the network'],
  ['53', 'catalog_unavailable', 'the server lacks resources, such as connections (max_connections)'],
  ['57', 'catalog_unavailable', 'the server is stopping, or has ended the session'],
  ['55P03', 'catalog_unavailable', 'another session keeps a lock: look for one that is idle in a transaction'],
  ['25P03', 'catalog_unavailable', 'this process was stopped within a transaction'],
  ['40', 'catalog_unavailable', 'other sessions write at the same time'],
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
    const [, code, advice] = MEANINGS.find(([prefix]) => state.startsWith(prefix)) ?? [];
    if (code === undefined || advice === undefined) return error;
    const verb = code === 'catalog_unavailable' ? 'does not respond' : 'cannot be used';
    return make(code, `${verb} (${(error as Error).message}, SQLSTATE ${state})`, advice);
  }
  if (!isOfConnection(error)) return error;
  return make(
    'catalog_unavailable',
    `is out of reach (${reasonOf(error)})`,
    'check its address, the server and the network',
  );
}

/** Errors of sockets, of TLS and of `pg` itself about its connection. */
function isOfConnection(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isOfConnection);
  const code = 'code' in error ? String(error.code) : '';
  return (
    'syscall' in error ||
    /^(?:E[A-Z]+|ERR_TLS_|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_)/.test(code) ||
    /connection|terminated|timeout|server does not support SSL/i.test(error.message)
  );
}

function reasonOf(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const code = 'code' in first ? String(first.code) : undefined;
  return code === undefined || first.message.includes(code) ? first.message : `${first.message}, ${code}`;
}
