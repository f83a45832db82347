import type { Command } from 'commander';
import { commandOf, configOf, DRAIN, REBIND } from '../options.ts';

/** `imgpipe alert` */
export function alertCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'alert',
    settings: ['metrics', 'asCopy', 'wait', 'noWait'],
    options: [DRAIN, REBIND],
    example: 'imgpipe alert --json | tee alerts.jsonl',
  })
    .description('turn image events into numbered alerts')
    .action(async (options: { drain?: boolean; rebind?: boolean }, command: Command) => {
      const config = configOf(command);
      const drain = options.drain === true;
      const { runStage } = await import('../run-stage.ts');
      onExit(
        await runStage({
          name: 'alert',
          config,
          ends: drain,
          rebind: options.rebind === true,
          work: async (pipeline, stage) => {
            await pipeline.alert({ ...stage, drain });
            return {};
          },
        }),
      );
    });
}
