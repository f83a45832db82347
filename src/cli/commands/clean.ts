import type { Command } from 'commander';
import { commandOf } from '../options.ts';

/** `imgpipe clean` */
export function cleanCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'clean',
    options: [
      ['--yes', 'do not ask for confirmation'],
      ['--dry-run', 'only show what would be removed'],
      ['--keep-topics', "keep Kafka's topics and groups; their messages are skipped later"],
    ],
    example: 'imgpipe clean --dry-run',
  })
    .description('remove what the pipeline wrote, and only that, and start over')
    .action(async (options: { yes?: boolean; dryRun?: boolean; keepTopics?: boolean }, command: Command) => {
      const { yes = false, dryRun = false, keepTopics = false } = options;
      const { runClean } = await import('../clean.ts');
      onExit(await runClean(command, { yes, dryRun, keepTopics }));
    });
}
