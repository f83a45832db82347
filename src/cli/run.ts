import type { Command } from 'commander';
import { commandOf, configOf } from './options.ts';
import { checkPaths } from './receive.ts';
import { runStage } from './stage-command.ts';
import { counted, receivedWords } from './words.ts';

/** `imgpipe run [path…]` */
export function runCommand(onExit: (status: number) => void): Command {
  const settings = [
    'stream',
    'count',
    'interval',
    'mask',
    'technique',
    'threshold',
    'workers',
    'maxFileMegabytes',
    'maxMegapixels',
    'objectWait',
    'metrics',
    'wait',
  ] as const;
  return commandOf({ name: 'run', settings, example: 'imgpipe run pictures/' })
    .description('receive, analyze and alert in one process, until all that it received is done')
    .argument('[path...]', 'files and folders with JPEG and PNG pictures; without one a generated stream')
    .action(async (paths: string[], _, command: Command) => {
      const config = configOf(command);
      checkPaths(paths, command);
      onExit(
        await runStage({
          name: 'run',
          config,
          ends: true,
          work: (pipeline, options) => pipeline.run(paths, options),
          summary: (tally) =>
            `${receivedWords(tally, paths)}, ${counted(tally.events, 'event')}, ${counted(tally.alerts, 'alert')}`,
        }),
      );
    });
}
