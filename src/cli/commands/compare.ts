import type { Command } from 'commander';
import { commandOf } from '../options.ts';

/** `imgpipe compare <before> <after>` */
export function compareCommand(onExit: (status: number) => void): Command {
  const settings = [
    'technique',
    'threshold',
    'mask',
    'background',
    'damagedPictures',
    'workers',
    'maxFileMegabytes',
    'maxMegapixels',
  ] as const;
  return commandOf({
    name: 'compare',
    settings,
    options: [['--out <file>', 'write the difference image to this .png, .jpg or .jpeg file if the pictures differ']],
    example: 'imgpipe compare before.jpg after.jpg --technique changed',
  })
    .description('compare two pictures without a pipeline; exit 0: same, 1: different, 2 or higher: error')
    .argument('<before>', 'the reference, a picture')
    .argument('<after>', 'the picture to compare with it')
    .action(async (before: string, after: string, { out }: { out?: string }, command: Command) => {
      const { runCompare } = await import('../compare.ts');
      onExit(await runCompare(command, { before, after, out }));
    });
}
