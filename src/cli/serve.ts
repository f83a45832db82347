import type { Command } from 'commander';
import { openPipeline } from '../app/pipeline.ts';
import { processTable } from '../base/process-table.ts';
import type { Config } from '../config/settings.ts';
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
          const reach = howToReach(config, new URL(url).port);
          if (reach !== undefined) terminal.notice(terminal.err.dim(`serve: ${escapeText(reach)}`));
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

/** How others reach the viewer; undefined if only this machine is meant to. */
function howToReach({ host, allowHosts }: Pick<Config, 'host' | 'allowHosts'>, port: string): string | undefined {
  const { isContainer, host: machine } = processTable();
  const isOpen = host === '0.0.0.0' || host === '::';
  if (!isContainer) return isOpen ? `other machines reach it as http://${machine}:${port}/` : undefined;
  if (!isOpen) {
    return `only what shares this container's network reaches it: to publish it, use --host 0.0.0.0 with --token-file, and with Docker -p ${port}:${port}`;
  }
  const [name] = allowHosts.split(',').map((each) => each.trim());
  const elsewhere =
    name === undefined || name === ''
      ? "from other machines once --allow-hosts has the host's name or address, which a container cannot know"
      : `from other machines as http://${name}:${port}/`;
  return `published with -p ${port}:${port}, it opens on the container's host at the address below, and ${elsewhere}`;
}
