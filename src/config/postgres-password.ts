import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ImgpipeError } from '../domain/errors.ts';
import { contentOf, firstLine, readText } from './named-file.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Whom a password is for. */
export interface Account {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password of an account at the database: from the file that `catalog_password_file` names, or as libpq has it from
 * PGPASSWORD or a password file. Reads the files with each call, so that a new password is used by new sessions. Throws
 * `config_invalid` if there is none.
 */
export function postgresPassword(account: Account, passwordFile: string, env: Env): string {
  const password =
    (passwordFile ? firstLine(contentOf('catalog_password_file', passwordFile)) : env['PGPASSWORD']) ||
    fromPasswordFile(account, env);
  if (password) return password;
  throw new ImgpipeError(
    'config_invalid',
    `catalog: the database at ${account.host}:${account.port} requires a password for the user ${account.user}, and there is none: give it in PGPASSWORD, in a password file (PGPASSFILE, ~/.pgpass) or in catalog_password_file`,
  );
}

function fromPasswordFile({ host, port, database, user }: Account, env: Env): string | undefined {
  const file = env['PGPASSFILE'] || path.join(homedir(), '.pgpass');
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    throw new ImgpipeError(
      'config_invalid',
      `PGPASSFILE: others can read the password file ${file}: forbid it with 'chmod 600 ${file}'`,
    );
  }
  const wanted = [host, String(port), database, user];
  return readText('PGPASSFILE: the file', file)
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map(fieldsOf)
    .find(
      (fields) => fields.length > 4 && wanted.every((value, at) => fields[at] === '*' || fields[at] === value),
    )?.[4];
}

/** The fields of a line: `host:port:database:user:password`, with a backslash before a colon or backslash of a field. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) => field.replaceAll(/\\(.)/g, '$1'));
}
