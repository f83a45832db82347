import type { Command } from 'commander';
import { ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { imageName } from '../domain/records.ts';
import { thresholdText } from '../domain/threshold.ts';
import { statusJson } from '../operations/json/status.ts';
import type { GroupLag } from '../operations/lag.ts';
import type { Status } from '../operations/status.ts';
import { stageNamed, tellAlive } from './alive.ts';
import { commandOf } from './options.ts';
import { runReadCommand } from './read-command.ts';
import { counted } from './words.ts';

/** The exit status of a check that could not be finished. */
const OUT_OF_REACH = 4;

/** `imgpipe status` */
export function statusCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'status',
    options: [
      ['--check', 'read every file too; exit 1 and name what is lost, missing or damaged'],
      ['--alive <stage>', 'only say whether receive, analyze or alert lives on this host; else exit 1'],
    ],
    example: 'imgpipe status --check',
  })
    .description('show how the pipeline stands: streams, images, outcomes, events, alerts, and what waits where')
    .action(async (options: { check?: boolean; alive?: string }, command: Command) => {
      const check = options.check === true;
      const alive = options.alive === undefined ? undefined : stageNamed(options.alive);
      if (check && alive !== undefined) throw new ImgpipeError('usage', '--check and --alive do not go together');
      onExit(
        await runReadCommand(command, async (question) => {
          if (alive !== undefined) return tellAlive(question, alive);
          const { pipeline, config, terminal } = question;
          const status = await pipeline.status({
            check,
            onChecked: (files) => terminal.progress(`${counted(files, 'file')} read`),
          });
          terminal.close();
          terminal.result(config.json ? JSON.stringify(statusJson(status)) : linesOf(status, check).join('\n'));
          for (const { key, what } of status.faults) terminal.complaint(`${escapeText(key)}: ${what}`);
          if (status.broker.unreachable !== undefined) terminal.complaint(escapeText(status.broker.unreachable));
          if (!check) return 0;
          return status.faults.length > 0 ? 1 : status.broker.unreachable === undefined ? 0 : OUT_OF_REACH;
        }),
      );
    });
}

function linesOf(status: Status, check: boolean): string[] {
  const { broker, oldestOpen } = status;
  return [
    `Folder:        ${escapeText(status.data)}`,
    `Broker:        ${broker.address}${broker.unreachable === undefined ? '' : ', out of reach'}`,
    `Images:        ${status.images}, of which ${status.analyzed} analyzed`,
    `Events:        ${status.events}`,
    `Alerts:        ${status.alerts}`,
    `Waiting:       ${waitingWords(status)}`,
    ...(oldestOpen === null
      ? []
      : [
          `Oldest:        image ${imageName(oldestOpen)} has waited for its outcome for ${ageOf(oldestOpen.receivedAt)}`,
        ]),
    `Dead letters:  ${status.deadLetters}`,
    `Lost:          ${status.lost === null ? 'unknown while the broker is out of reach' : status.lost}`,
    ...status.streams.map(
      ({ stream, images, events }) =>
        `Stream:        ${stream}: ${counted(images, 'image')}, ${counted(events, 'event')}`,
    ),
    ...status.techniques.map(({ technique, threshold, outcomes }) => {
      const kinds = Object.entries(outcomes).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
      return `Technique:     ${technique}, threshold ${thresholdText(threshold)}: ${kinds.join(', ') || 'no outcomes yet'}`;
    }),
    ...broker.groups.flatMap((group) => groupLines(group, broker.address !== 'embedded')),
    ...status.notes.map((note) => `Note:          ${note}`),
    ...(check && status.waiting !== null && status.faults.length === 0 ? ['Checked:       all there, all whole'] : []),
  ];
}

function waitingWords({ waiting, unpublished }: Status): string {
  const publishing =
    unpublished === 0 ? '' : ` (${unpublished} not published yet: 'imgpipe receive --count 0' does that)`;
  if (waiting === null) return `unknown while the broker is out of reach${publishing}`;
  return `${counted(waiting.analysis, 'image')} for analysis${publishing}, ${counted(waiting.alert, 'event')} for an alert`;
}

/** The members and the partitions of a group are of interest where there can be several. */
function groupLines({ topic, group, members, lag, partitions }: GroupLag, onKafka: boolean): string[] {
  if (!onKafka) return [`Topic:         ${topic}, read by ${group}: lag ${lag}`];
  const who = members.length === 0 ? 'nobody' : counted(members.length, 'member');
  return [
    `Topic:         ${topic}, read by ${group} (${who} at work): lag ${lag}`,
    ...partitions.map(
      ({ partition, end, committed, lag: behind }) =>
        `  partition ${partition}:  end ${end}, committed ${committed ?? 'nothing yet'}, lag ${behind}`,
    ),
  ];
}

function ageOf(since: string): string {
  return `${Math.max(0, (Date.now() - Date.parse(since)) / 1000).toFixed(1)} s`;
}
