import type { Command } from 'commander';
import { ImgpipeError } from '../../domain/errors.ts';
import { commandOf, configOf, isGiven, REBIND } from '../options.ts';

/** `imgpipe receive [path…]` */
export function receiveCommand(onExit: (status: number) => void): Command {
  const settings = [
    'stream',
    'count',
    'interval',
    'timeFrom',
    'mask',
    'maxFileMegabytes',
    'maxMegapixels',
    'metrics',
    'asCopy',
    'wait',
    'noWait',
  ] as const;
  return commandOf({
    name: 'receive',
    settings,
    options: [REBIND],
    example: 'imgpipe receive --stream garden pictures/',
  })
    .description('store pictures as the images of a stream')
    .argument('[path...]', 'pictures, and folders of them; without a path, a generated stream')
    .action(async (paths: string[], options: { rebind?: boolean }, command: Command) => {
      const config = configOf(command);
      checkPaths(paths, command);
      const { runStage } = await import('../run-stage.ts');
      onExit(
        await runStage({
          name: 'receive',
          config,
          paths,
          ends: true,
          rebind: options.rebind === true,
          work: (pipeline, stage) => pipeline.receive(paths, stage),
        }),
      );
    });
}

/** Throws `usage` for an empty path, and for flags of the generated stream next to paths. */
export function checkPaths(paths: readonly string[], command: Command): void {
  if (paths.includes('')) throw new ImgpipeError('usage', 'path: an empty path names no file');
  if (paths.length === 0) return;
  for (const name of ['count', 'interval'] as const) {
    if (isGiven(command, name)) {
      throw new ImgpipeError('usage', `--${name} applies only to the generated stream: remove it, or remove the paths`);
    }
  }
}
