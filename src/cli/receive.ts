import type { Command } from 'commander';
import { ImgpipeError } from '../domain/errors.ts';
import { commandOf, configOf, isGiven } from './options.ts';
import { runStage } from './stage-command.ts';
import { counted } from './words.ts';

/** `imgpipe receive [path…]` */
export function receiveCommand(onExit: (status: number) => void): Command {
  const settings = ['stream', 'count', 'interval', 'maxFileMegabytes', 'maxMegapixels', 'wait'] as const;
  return commandOf('receive', settings, 'imgpipe receive --stream garden pictures/')
    .description('take images in and keep them: from files and folders, or without a path a generated stream')
    .argument('[path...]', 'files and folders with JPEG and PNG pictures')
    .action(async (paths: string[], _, command: Command) => {
      const config = configOf(command);
      checkPaths(paths, command);
      onExit(
        await runStage({
          name: 'receive',
          config,
          ends: true,
          work: async (pipeline, options) => ({ images: (await pipeline.receive(paths, options)).images }),
          summary: ({ images }) => `${counted(images, 'image')} received`,
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
