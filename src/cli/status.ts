import type { Command } from 'commander';
import { openPipeline } from '../app/pipeline.ts';
import { counted } from '../base/counted.ts';
import { escapeText } from '../domain/escape.ts';
import { imageName } from '../domain/records.ts';
import { sameThreshold, thresholdText } from '../domain/threshold.ts';
import { statusJson } from '../operations/json/status.ts';
import type { GroupLag } from '../operations/lag.ts';
import type { Status } from '../operations/status.ts';
import type { JudgedCounts, TechniqueCounts } from '../ports/catalog/audit.ts';
import { runReadCommand } from './read-command.ts';

/** How many versions and thresholds of a technique are listed. */
const MAX_JUDGED = 10;

/** The exit status of a check that could not be completed. */
const UNREACHABLE = 4;

/** Prints the state of the pipeline and, with `check`, every fault; `deep` reads every object. Resolves to the exit status. */
export function runStatus(
  command: Command,
  options: { readonly check: boolean; readonly deep: boolean },
): Promise<number> {
  const { check } = options;
  return runReadCommand(command, openPipeline, async ({ pipeline, config, terminal }) => {
    const status = await pipeline.status({
      ...options,
      onChecked: (files) => terminal.progress(`${counted(files, 'file')} checked`),
    });
    terminal.close();
    terminal.result(config.json ? JSON.stringify(statusJson(status)) : linesOf(status, check).join('\n'));
    for (const { key, what } of status.faults) terminal.error(`${escapeText(key)}: ${what}`);
    if (status.store.unreachable !== undefined) terminal.error(escapeText(status.store.unreachable));
    if (status.broker.unreachable !== undefined) terminal.error(escapeText(status.broker.unreachable));
    if (!check) return 0;
    return status.faults.length > 0 ? 1 : status.broker.unreachable === undefined ? 0 : UNREACHABLE;
  });
}

function linesOf(status: Status, check: boolean): string[] {
  const { broker, oldestOpen } = status;
  return [
    `Folder:        ${escapeText(status.data)}`,
    ...(isOnServer(status.catalog) ? [`Catalog:       ${status.catalog.address}`] : []),
    ...storeLines(status.store),
    `Broker:        ${broker.address}${broker.unreachable === undefined ? '' : ', unreachable'}`,
    `Images:        ${status.images}, of which ${status.analyzed} analyzed`,
    `Events:        ${status.events}`,
    `Alerts:        ${status.alerts}`,
    `Waiting:       ${waitingWords(status)}`,
    ...(oldestOpen === null
      ? []
      : [
          `Oldest:        image ${imageName(oldestOpen)} has been waiting for its outcome for ${ageOf(oldestOpen.receivedAt)}`,
        ]),
    `Dead letters:  ${deadLetterWords(status)}`,
    ...(status.oddImages === 0
      ? []
      : [`Odd files:     ${counted(status.oddImages, 'image')}, with notes in 'imgpipe list images --json'`]),
    `Lost:          ${status.lost === null ? 'unknown while the broker is unreachable' : status.lost}`,
    ...status.streams.map(
      ({ stream, images, events }) =>
        `Stream:        ${stream}: ${counted(images, 'image')}, ${counted(events, 'event')}`,
    ),
    ...status.techniques.flatMap(techniqueLines),
    ...broker.groups.flatMap((group) => groupLines(group, broker.address !== 'embedded')),
    ...status.notes.map((note) => `Note:          ${note}`),
    ...(check && status.waiting !== null && status.faults.length === 0
      ? ['Checked:       every file is present and intact']
      : []),
  ];
}

/** Where the store is, if it is not the data folder, and whether it is out of reach. */
function storeLines(store: Status['store']): string[] {
  const { address, unreachable } = store;
  if (unreachable === undefined && !isOnServer(store)) return [];
  return [`Store:         ${escapeText(address)}${unreachable === undefined ? '' : ', unreachable'}`];
}

/** A catalog or store that is not in the data folder. */
function isOnServer({ address }: Status['catalog']): boolean {
  return address.includes('://');
}

/**
 * A technique with its outcomes. Where some were judged by another version or threshold than those in force, all are listed
 * by theirs.
 */
function techniqueLines({ technique, threshold, idle, outcomes, judged }: TechniqueCounts): string[] {
  const hasVersions = judged.some((each) => each.technique !== technique);
  const hasThresholds = judged.some((each) => !sameThreshold(each.threshold, threshold));
  const listed = hasVersions || hasThresholds ? judged : [];
  const more = listed.length - MAX_JUDGED;
  const judge = (each: JudgedCounts) =>
    `${hasVersions ? `${each.technique}, ` : ''}threshold ${thresholdText(each.threshold)}`;
  return [
    `Technique:     ${technique}, threshold ${thresholdText(threshold)}${idle ? ', idle' : ''}: ${outcomeWords(outcomes)}`,
    ...listed.slice(0, MAX_JUDGED).map((each) => `  judged by ${judge(each)}: ${outcomeWords(each.outcomes)}`),
    ...(more > 0 ? [`  and by ${counted(more, 'other threshold')}, which --json lists`] : []),
  ];
}

function outcomeWords(outcomes: TechniqueCounts['outcomes']): string {
  const kinds = Object.entries(outcomes).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
  return kinds.join(', ') || 'no outcomes yet';
}

function waitingWords({ waiting, republished }: Status): string {
  if (waiting === null || republished === null) return 'unknown while the broker is unreachable';
  const messages = republished.analysis + republished.alert;
  const again = messages === 0 ? '' : `; stages will publish ${counted(messages, 'message')} again`;
  return `${counted(waiting.analysis, 'image')} for analysis, ${counted(waiting.alert, 'event')} for an alert${again}`;
}

function deadLetterWords({ deadLetters, droppedLetters, discardedLetters }: Status): string {
  const dropped = droppedLetters === 0 ? [] : [`${droppedLetters} dropped`];
  const discarded = discardedLetters === 0 ? [] : [`${discardedLetters} older ones of messages not kept`];
  return [deadLetters, ...dropped, ...discarded].join(', ');
}

/** Members and partitions of a group are shown only where there can be several. */
function groupLines({ topic, group, members, lag, partitions }: GroupLag, onKafka: boolean): string[] {
  if (!onKafka) return [`Topic:         ${topic}, read by ${group}: lag ${lag}`];
  const who = members.length === 0 ? 'no members' : counted(members.length, 'member');
  return [
    `Topic:         ${topic}, read by ${group} (${who}): lag ${lag}`,
    ...partitions.map(
      ({ partition, end, committed, lag: behind }) =>
        `  partition ${partition}:  end ${end}, committed ${committed ?? 'none yet'}, lag ${behind}`,
    ),
  ];
}

function ageOf(since: string): string {
  return `${Math.max(0, (Date.now() - Date.parse(since)) / 1000).toFixed(1)} s`;
}
