import type { Command } from 'commander';
import { commandOf, configOf, DRAIN } from './options.ts';
import { runStage } from './stage-command.ts';
import { counted } from './words.ts';

/** `imgpipe alert` */
export function alertCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'alert',
    settings: ['metrics', 'wait'],
    options: [DRAIN],
    example: 'imgpipe alert --json | tee alerts.jsonl',
  })
    .description('turn image events into numbered alerts')
    .action(async (options: { drain?: boolean }, command: Command) => {
      const drain = options.drain === true;
      onExit(
        await runStage({
          name: 'alert',
          config: configOf(command),
          ends: drain,
          work: async (pipeline, stage) => {
            await pipeline.alert({ ...stage, drain });
            return {};
          },
          summary: ({ alerts }) => counted(alerts, 'alert'),
        }),
      );
    });
}
