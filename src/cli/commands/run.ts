import type { Command } from 'commander';
import { commandOf, configOf } from '../options.ts';
import { checkPaths } from './receive.ts';

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
    'asCopy',
    'wait',
  ] as const;
  return commandOf({ name: 'run', settings, example: 'imgpipe run pictures/' })
    .description('receive, analyze and alert in one process, until every received image is processed')
    .argument('[path...]', 'JPEG and PNG files, and folders of them; without a path, a generated stream')
    .action(async (paths: string[], _, command: Command) => {
      const config = configOf(command);
      checkPaths(paths, command);
      const { runStage } = await import('../run-stage.ts');
      onExit(
        await runStage({
          name: 'run',
          config,
          paths,
          ends: true,
          work: (pipeline, options) => pipeline.run(paths, options),
        }),
      );
    });
}
