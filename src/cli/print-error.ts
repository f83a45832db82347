import type { Config } from '../config/settings.ts';
import { asImgpipeError } from '../domain/errors.ts';
import { errorLine, verboseLines } from './error-lines.ts';
import type { Terminal } from './terminal.ts';

/** Prints the error that ended a command, with its stack and causes if `verbose`. Returns its exit status. */
export function printError(terminal: Terminal, { verbose }: Pick<Config, 'verbose'>, thrown: unknown): 1 | 2 | 3 | 4 {
  const error = asImgpipeError(thrown);
  terminal.error([errorLine(error), ...(verbose ? verboseLines(error) : [])].join('\n'));
  return error.exit;
}
