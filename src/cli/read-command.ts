import type { Command } from 'commander';
import type { OpenOptions } from '../app/pipeline.ts';
import type { Config } from '../config/settings.ts';
import { printError } from './error-lines.ts';
import { configOf, pathOf } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** What a command on an existing pipeline works with: a `Reader` or a whole `Pipeline`. */
export interface ReadCommand<P> {
  readonly pipeline: P;
  readonly config: Config;
  readonly terminal: Terminal;
}

/**
 * Runs a command on an existing pipeline, opened by `open`: a reader loads less than a pipeline. `read` resolves to the
 * exit status; an error is printed and becomes one.
 */
export async function runReadCommand<P extends { close(): Promise<void> }>(
  command: Command,
  open: (options: OpenOptions) => Promise<P>,
  read: (context: ReadCommand<P>) => Promise<number>,
): Promise<number> {
  const config = configOf(command);
  const terminal = await createTerminal(config);
  let pipeline: P | undefined;
  try {
    pipeline = await open({ config, command: pathOf(command), create: false });
    return await read({ pipeline, config, terminal });
  } catch (thrown) {
    terminal.close();
    return printError(terminal, config, thrown);
  } finally {
    terminal.close();
    await pipeline?.close();
  }
}
