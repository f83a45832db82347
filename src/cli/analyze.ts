import type { Command } from 'commander';
import { commandOf, configOf, DRAIN } from './options.ts';
import { runStage } from './stage-command.ts';
import { counted } from './words.ts';

/** `imgpipe analyze` */
export function analyzeCommand(onExit: (status: number) => void): Command {
  const settings = ['technique', 'threshold', 'workers', 'maxMegapixels', 'objectWait', 'metrics', 'wait'] as const;
  return commandOf({ name: 'analyze', settings, options: [DRAIN], example: 'imgpipe analyze --threshold 2000' })
    .description('compare each image with the one before, and record an event where they differ')
    .action(async (options: { drain?: boolean }, command: Command) => {
      const drain = options.drain === true;
      onExit(
        await runStage({
          name: 'analyze',
          config: configOf(command),
          ends: drain,
          work: async (pipeline, stage) => {
            await pipeline.analyze({ ...stage, drain });
            return {};
          },
          summary: ({ outcomes, events }) => `${counted(outcomes, 'image')} analyzed, ${counted(events, 'event')}`,
        }),
      );
    });
}
