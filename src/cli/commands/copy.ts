import type { Command } from 'commander';
import type { TargetOptions } from '../../config/copy-target.ts';
import { commandOf } from '../options.ts';

/** `imgpipe copy` */
export function copyCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'copy',
    options: [
      ['--to-data <folder>', 'the data folder at the target; catalog and store are in it unless others are named'],
      ['--to-catalog <address>', 'the catalog at the target: sqlite, or postgres://[user@]host[:port]/database'],
      ['--to-store <address>', 'where pictures and texts are at the target: files, or s3://bucket/prefix'],
      ['--to-broker <address>', 'the broker at the target, if it is another one: embedded, or kafka://host:port'],
      ['--to-topic-prefix <text>', 'the prefix of Kafka topics and groups at the target, if it is another one'],
      ['--skip-damaged', 'move the pipeline although files are missing or damaged, without these'],
      ['--dry-run', 'only show what would be copied'],
    ],
    example: 'imgpipe copy --to-data /mnt/garden --dry-run',
  })
    .description('move the pipeline to another folder or to other servers, with all that it has')
    .action(async (options: TargetOptions & { skipDamaged?: boolean; dryRun?: boolean }, command: Command) => {
      const { skipDamaged = false, dryRun = false, ...target } = options;
      const { runCopy } = await import('../copy.ts');
      onExit(await runCopy(command, { target, skipDamaged, dryRun }));
    });
}
