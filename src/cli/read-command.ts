import type { Command } from 'commander';
import { openPipeline, type Pipeline } from '../app/pipeline.ts';
import type { Config } from '../config/settings.ts';
import { asImgpipeError } from '../domain/errors.ts';
import { configOf, pathOf } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { errorLine } from './words.ts';

/** What a command that asks the pipeline something has at hand. */
export interface ReadCommand {
  readonly pipeline: Pipeline;
  readonly config: Config;
  readonly terminal: Terminal;
}

/** Runs a command that reads what there is and ends; `ask` answers the exit status. */
export async function runReadCommand(
  command: Command,
  ask: (question: ReadCommand) => Promise<number>,
): Promise<number> {
  const config = configOf(command);
  const terminal = await createTerminal(config);
  let pipeline: Pipeline | undefined;
  try {
    pipeline = await openPipeline({ config, command: pathOf(command), create: false });
    return await ask({ pipeline, config, terminal });
  } catch (thrown) {
    terminal.close();
    const error = asImgpipeError(thrown);
    terminal.complaint(errorLine(error));
    if (config.verbose) terminal.complaint(String(error.stack));
    return error.exit;
  } finally {
    terminal.close();
    await pipeline?.close();
  }
}
