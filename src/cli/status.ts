import type { Command } from 'commander';
import { escapeText } from '../domain/escape.ts';
import type { Status } from '../operations/status.ts';
import { statusJson } from './json-lines.ts';
import { commandOf } from './options.ts';
import { runQuestion } from './question.ts';
import { counted } from './words.ts';

/** `imgpipe status` */
export function statusCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'status',
    options: [['--check', 'read every file too; exit 1 and name what is lost, missing or damaged']],
    example: 'imgpipe status --check',
  })
    .description('show how the pipeline stands: streams, images, outcomes, events, alerts, and what waits where')
    .action(async (options: { check?: boolean }, command: Command) => {
      onExit(
        await runQuestion(command, async ({ pipeline, config, terminal }) => {
          const check = options.check === true;
          const status = await pipeline.status({
            check,
            onChecked: (files) => terminal.progress(`${counted(files, 'file')} read`),
          });
          terminal.close();
          terminal.result(config.json ? JSON.stringify(statusJson(status)) : linesOf(status, check).join('\n'));
          for (const { key, what } of status.faults) terminal.complaint(`${escapeText(key)}: ${what}`);
          return check && status.faults.length > 0 ? 1 : 0;
        }),
      );
    });
}

function linesOf(status: Status, check: boolean): string[] {
  const { waiting, unpublished } = status;
  const publishing =
    unpublished === 0 ? '' : ` (${unpublished} not published yet: 'imgpipe receive --count 0' does that)`;
  return [
    `Folder:        ${escapeText(status.data)}, broker ${status.broker}`,
    `Images:        ${status.images}, of which ${status.analyzed} analyzed`,
    `Events:        ${status.events}`,
    `Alerts:        ${status.alerts}`,
    `Waiting:       ${counted(waiting.analysis, 'image')} for analysis${publishing}, ${counted(waiting.alert, 'event')} for an alert`,
    `Dead letters:  ${status.deadLetters}`,
    `Lost:          ${status.faults.length}`,
    ...status.streams.map(
      ({ stream, images, events }) =>
        `Stream:        ${stream}: ${counted(images, 'image')}, ${counted(events, 'event')}`,
    ),
    ...status.techniques.map(({ technique, threshold, outcomes }) => {
      const kinds = Object.entries(outcomes).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
      return `Technique:     ${technique}, threshold ${threshold}: ${kinds.join(', ') || 'no outcomes yet'}`;
    }),
    ...(check && status.faults.length === 0 ? ['Checked:       all there, all whole'] : []),
  ];
}
