import type { Command } from 'commander';
import { commandOf, configOf, DRAIN, REBIND } from '../options.ts';

/** `imgpipe analyze` */
export function analyzeCommand(onExit: (status: number) => void): Command {
  const settings = [
    'technique',
    'threshold',
    'background',
    'damagedPictures',
    'workers',
    'maxMegapixels',
    'objectWait',
    'metrics',
    'asCopy',
    'wait',
    'noWait',
  ] as const;
  return commandOf({ name: 'analyze', settings, options: [DRAIN, REBIND], example: 'imgpipe analyze --threshold 2000' })
    .description('compare each image with the one before it, and record an event where they differ')
    .action(async (options: { drain?: boolean; rebind?: boolean }, command: Command) => {
      const config = configOf(command);
      const drain = options.drain === true;
      const { runStage } = await import('../run-stage.ts');
      onExit(
        await runStage({
          name: 'analyze',
          config,
          ends: drain,
          rebind: options.rebind === true,
          work: async (pipeline, stage) => {
            await pipeline.analyze({ ...stage, drain });
            return {};
          },
        }),
      );
    });
}
