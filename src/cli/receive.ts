import type { Command } from 'commander';
import { ImgpipeError } from '../domain/errors.ts';
import { commandOf, configOf, isGiven } from './options.ts';
import { runStage } from './stage-command.ts';
import { receivedWords } from './words.ts';

/** `imgpipe receive [path…]` */
export function receiveCommand(onExit: (status: number) => void): Command {
  const settings = [
    'stream',
    'count',
    'interval',
    'mask',
    'maxFileMegabytes',
    'maxMegapixels',
    'metrics',
    'wait',
  ] as const;
  return commandOf({ name: 'receive', settings, example: 'imgpipe receive --stream garden pictures/' })
    .description('take pictures in as images of a stream, and keep them')
    .argument('[path...]', 'files and folders with JPEG and PNG pictures; without one a generated stream')
    .action(async (paths: string[], _, command: Command) => {
      const config = configOf(command);
      checkPaths(paths, command);
      onExit(
        await runStage({
          name: 'receive',
          config,
          ends: true,
          work: (pipeline, options) => pipeline.receive(paths, options),
          summary: (tally) => receivedWords(tally, paths),
        }),
      );
    });
}

/** Throws `usage` where paths and flags do not go together. */
export function checkPaths(paths: readonly string[], command: Command): void {
  if (paths.some((each) => each === '')) throw new ImgpipeError('usage', 'path: an empty path names no file');
  if (paths.length === 0) return;
  for (const name of ['count', 'interval'] as const) {
    if (isGiven(command, name)) {
      throw new ImgpipeError('usage', `--${name} is for the generated stream: leave it out, or leave the paths out`);
    }
  }
}
