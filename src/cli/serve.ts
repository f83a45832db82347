import type { Command } from 'commander';
import { openPipeline } from '../app/pipeline.ts';
import { asImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { errorLine } from './error-lines.ts';
import { listenForInterrupts } from './interrupt.ts';
import { runReadCommand } from './read-command.ts';

/** Serves the viewer until Ctrl-C or SIGTERM. Resolves to the exit status. */
export function runServe(command: Command): Promise<number> {
  return runReadCommand(command, openPipeline, async ({ pipeline, config, terminal }) => {
    const interrupt = listenForInterrupts(() => {});
    try {
      await pipeline.serve({
        signal: interrupt.signal,
        onListening: (url) => {
          const token = config.tokenFile === '' ? '' : `; open ${url}?token=… with the token from ${config.tokenFile}`;
          terminal.notice(
            terminal.err.dim(`serve: folder ${escapeText(pipeline.data)}, stop with Ctrl-C${escapeText(token)}`),
          );
          terminal.result(config.json ? JSON.stringify({ url }) : url);
        },
        onFailure: (thrown) => terminal.error(errorLine(asImgpipeError(thrown))),
      });
      terminal.notice('serve: stopped');
      return 0;
    } finally {
      interrupt.close();
    }
  });
}
