import type { Command } from 'commander';
import { commandOf, configOf, REBIND } from '../options.ts';
import { checkPaths } from './receive.ts';

/** `imgpipe run [path…]` */
export function runCommand(onExit: (status: number) => void): Command {
  const settings = [
    'stream',
    'count',
    'interval',
    'timeFrom',
    'mask',
    'technique',
    'threshold',
    'background',
    'damagedPictures',
    'workers',
    'maxFileMegabytes',
    'maxMegapixels',
    'objectWait',
    'metrics',
    'asCopy',
    'wait',
    'noWait',
  ] as const;
  return commandOf({ name: 'run', settings, options: [REBIND], example: 'imgpipe run pictures/' })
    .description('receive, analyze and alert in one process, until every received image is processed')
    .argument('[path...]', 'pictures, and folders of them; without a path, a generated stream')
    .action(async (paths: string[], options: { rebind?: boolean }, command: Command) => {
      const config = configOf(command);
      checkPaths(paths, command);
      const { runStage } = await import('../run-stage.ts');
      onExit(
        await runStage({
          name: 'run',
          config,
          paths,
          ends: true,
          rebind: options.rebind === true,
          work: (pipeline, stage) => pipeline.run(paths, stage),
        }),
      );
    });
}
