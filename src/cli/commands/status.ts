import type { Command } from 'commander';
import { ImgpipeError } from '../../domain/errors.ts';
import { commandOf } from '../options.ts';

/** `imgpipe status` */
export function statusCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'status',
    options: [
      ['--check', 'also check every file; exit 1 and name what is lost, missing or damaged'],
      ['--deep', 'with --check: read every object, even if its store knows its checksum, as S3 does'],
      ['--alive <stage>', 'only check that receive, analyze or alert is alive on this host; exit 1 if not'],
    ],
    example: 'imgpipe status --check',
  })
    .description('show the state of the pipeline: streams, images, outcomes, events, alerts and backlog')
    .action(async (options: { check?: boolean; deep?: boolean; alive?: string }, command: Command) => {
      const check = options.check === true;
      if (check && options.alive !== undefined) {
        throw new ImgpipeError('usage', '--check and --alive cannot be combined: use one of them');
      }
      const deep = options.deep === true;
      if (deep && !check) throw new ImgpipeError('usage', '--deep needs --check: give both');
      if (options.alive !== undefined) {
        const { runAlive } = await import('../alive.ts');
        onExit(await runAlive(command, options.alive));
        return;
      }
      const { runStatus } = await import('../status.ts');
      onExit(await runStatus(command, { check, deep }));
    });
}
