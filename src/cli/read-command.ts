import type { Command } from 'commander';
import { openPipeline, type Pipeline } from '../app/pipeline.ts';
import type { Config } from '../config/settings.ts';
import { configOf, pathOf } from './options.ts';
import { printError } from './print-error.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** What a command that reads an existing pipeline works with. */
export interface ReadCommand {
  readonly pipeline: Pipeline;
  readonly config: Config;
  readonly terminal: Terminal;
}

/** Runs a command on an existing pipeline. `read` resolves to the exit status; an error is printed and becomes one. */
export async function runReadCommand(
  command: Command,
  read: (context: ReadCommand) => Promise<number>,
): Promise<number> {
  const config = configOf(command);
  const terminal = await createTerminal(config);
  let pipeline: Pipeline | undefined;
  try {
    pipeline = await openPipeline({ config, command: pathOf(command), create: false });
    return await read({ pipeline, config, terminal });
  } catch (thrown) {
    terminal.close();
    return printError(terminal, config, thrown);
  } finally {
    terminal.close();
    await pipeline?.close();
  }
}
