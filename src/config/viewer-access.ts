import { ImgpipeError } from '../domain/errors.ts';
import { contentOf, firstLine } from './named-file.ts';
import type { Config } from './settings.ts';

/** Where the viewer listens, and who may use it. */
export interface ViewerAccess {
  readonly host: string;
  readonly port: number;
  /** The token that requests must carry; undefined if only this machine can reach the viewer. */
  readonly token: string | undefined;
  /** Further host names that requests may use. */
  readonly names: readonly string[];
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/i;
/** A shorter token could be guessed. */
const MIN_TOKEN = 16;

/** The configured access to the viewer, with the token read from its file. Throws `config_invalid`. */
export function viewerAccessOf({ host, port, tokenFile, allowHosts }: Config): ViewerAccess {
  const token = tokenFile === '' ? undefined : tokenIn(tokenFile);
  if (token === undefined && !LOOPBACK.test(host)) {
    throw invalid(
      `host: other machines can reach the viewer on ${host}: name a file that holds a token with --token-file`,
    );
  }
  const names = allowHosts.split(',').map((name) => name.trim().toLowerCase());
  return { host, port, token, names: names.filter((name) => name !== '') };
}

function tokenIn(file: string): string {
  const token = firstLine(contentOf('token_file', file));
  if (token.length >= MIN_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw invalid(
    `token_file: the first line of ${file} is not a valid token: use ${MIN_TOKEN} or more letters, digits and signs without spaces, such as the output of 'openssl rand -hex 16'`,
  );
}

function invalid(message: string): ImgpipeError {
  return new ImgpipeError('config_invalid', message);
}
