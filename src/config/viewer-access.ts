import { ImgpipeError } from '../domain/errors.ts';
import { contentOf, firstLine } from './named-file.ts';
import type { Config } from './settings.ts';

/** Who may see the viewer, and where. */
export interface ViewerAccess {
  readonly host: string;
  readonly port: number;
  /** What whoever looks must know; undefined where the machine's own users need nothing. */
  readonly token: string | undefined;
  /** Further names that it is called by. */
  readonly names: readonly string[];
}

const OF_THIS_MACHINE = /^(127(\.\d{1,3}){3}|::1|localhost)$/i;
/** A shorter one could be guessed. */
const MIN_TOKEN = 16;

/** The configuration's access to the viewer, with the token from its file. Throws `config_invalid`. */
export function viewerAccessOf({ host, port, tokenFile, allowHosts }: Config): ViewerAccess {
  const token = tokenFile === '' ? undefined : tokenIn(tokenFile);
  if (token === undefined && !OF_THIS_MACHINE.test(host)) {
    throw invalid(
      `host: on ${host} others than this machine can reach the viewer: name a file that holds a token with --token-file`,
    );
  }
  const names = allowHosts.split(',').map((name) => name.trim().toLowerCase());
  return { host, port, token, names: names.filter((name) => name !== '') };
}

function tokenIn(file: string): string {
  const token = firstLine(contentOf('token_file', file));
  if (token.length >= MIN_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw invalid(
    `token_file: the first line of ${file} will not do: give ${MIN_TOKEN} or more letters, digits and signs without spaces, such as 'openssl rand -hex 16' prints`,
  );
}

function invalid(message: string): ImgpipeError {
  return new ImgpipeError('config_invalid', message);
}
