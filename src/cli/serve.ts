import type { Command } from 'commander';
import { asImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { listenForInterrupts } from './interrupt.ts';
import { commandOf } from './options.ts';
import { runReadCommand } from './read-command.ts';
import { errorLine } from './words.ts';

/** `imgpipe serve` */
export function serveCommand(onExit: (status: number) => void): Command {
  const settings = ['host', 'port', 'tokenFile', 'allowHosts', 'workers', 'maxMegapixels'] as const;
  return commandOf({ name: 'serve', settings, example: 'imgpipe serve --port 8080' })
    .description('show the alerts in a browser, until told to stop')
    .action(async (_, command: Command) => {
      onExit(
        await runReadCommand(command, async ({ pipeline, config, terminal }) => {
          const interrupt = listenForInterrupts(() => {});
          try {
            await pipeline.serve({
              signal: interrupt.signal,
              onListening: (url) => {
                const token =
                  config.tokenFile === '' ? '' : `; open ${url}?token=… with the token of ${config.tokenFile}`;
                terminal.notice(
                  terminal.err.dim(`serve: folder ${escapeText(pipeline.data)}, until Ctrl-C${escapeText(token)}`),
                );
                terminal.result(config.json ? JSON.stringify({ url }) : url);
              },
              onFailure: (thrown) => terminal.complaint(errorLine(asImgpipeError(thrown))),
            });
            terminal.notice('serve: stopped');
            return 0;
          } finally {
            interrupt.close();
          }
        }),
      );
    });
}
