import type { Command } from 'commander';
import { commandOf } from '../options.ts';

/** `imgpipe serve` */
export function serveCommand(onExit: (status: number) => void): Command {
  const settings = ['host', 'port', 'tokenFile', 'allowHosts', 'workers', 'maxMegapixels'] as const;
  return commandOf({ name: 'serve', settings, example: 'imgpipe serve --port 8080' })
    .description('show the alerts in a browser, until stopped')
    .action(async (_, command: Command) => {
      const { runServe } = await import('../serve.ts');
      onExit(await runServe(command));
    });
}
