import { counted } from '../base/counted.ts';
import { subjectOf } from '../domain/dead-letters.ts';
import { escapeText } from '../domain/escape.ts';
import { imageKey } from '../domain/object-keys.ts';
import {
  type DeadLetterHead,
  type EventRecord,
  type ImageRecord,
  imageName,
  type OutcomeRecord,
  type Regions,
} from '../domain/records.ts';
import type { Report, StageName } from '../domain/reports.ts';
import { regionText } from '../domain/texts.ts';
import type { Measure } from '../ports/comparator.ts';

/** Reports and regions as lines of text. Text from outside is escaped. */

type Of<K extends Report['kind']> = Extract<Report, { kind: K }>;

/** A measurement with up to six significant digits, in the unit of its technique. */
export function measured(measurement: number, { technique, threshold }: Measure): string {
  const unit = threshold.unit === '%' ? 'px' : threshold.unit;
  return `${Number(measurement.toPrecision(6))} ${unit} (${technique})`;
}

export function imageLine({ image }: Of<'image'>): string {
  const from = image.origin === 'generated' ? '' : `  from ${escapeText(image.origin)}${movedWords(image)}`;
  return `image ${imageName(image)}: ${imageKey(image)}${from}`;
}

/** `, moved to /pictures/b.jpg`; empty unless its file was found at another path. */
export function movedWords({ movedTo }: Pick<ImageRecord, 'movedTo'>): string {
  return movedTo === null ? '' : `, moved to ${escapeText(movedTo)}`;
}

export function outcomeLine(outcome: OutcomeRecord): string {
  const { image, kind, event, reference } = outcome;
  const it = `image ${imageName(image)}`;
  if (event !== null) return `event ${event.number}: ${changeWords(event)}`;
  if (kind === 'unchanged') return `${it}: unchanged since image ${image.stream}/${reference}`;
  return kind === 'first' ? `${it}: the first, with no image to compare it with` : `${it}: dead`;
}

/** What an event is about: `image sky/2 differs from image sky/1 by 23 levels (l2@2)`. */
export function changeWords(event: EventRecord): string {
  const { image, reference, measurement, regions } = event;
  const [it, other] = [`image ${imageName(image)}`, `image ${image.stream}/${reference}`];
  if (measurement === null) return `${it} differs in size from ${other}`;
  return `${it} differs from ${other} by ${measured(measurement, event)}${regionsWords(regions)}`;
}

/** `, in 3 regions`; empty for a technique that does not find regions. */
function regionsWords(regions: Regions | null): string {
  return regions === null ? '' : `, in ${counted(regions.count, 'region')}`;
}

/** Further regions are only in the JSON. */
const MAX_REGION_LINES = 10;

/** The regions of a change as text, one on a line. */
export function regionLines({ count, first }: Regions): string[] {
  const shown = first.slice(0, MAX_REGION_LINES);
  return [
    `Regions:         ${count}`,
    ...shown.map((region, index) => `${String(index + 1).padStart(5)}. ${regionText(region)}`),
    ...(count > shown.length ? [`       and ${count - shown.length} more: see --json`] : []),
  ];
}

export function alertLine({ alert, event }: Of<'alert'>): string {
  return `alert ${alert.number}: image ${imageName(event.image)} has changed; see 'imgpipe view ${alert.number}'`;
}

export function deadLetterLine({ letter, origin }: Of<'dead_letter'>): string {
  const from =
    letter.image === null || origin === undefined || origin === 'generated' ? '' : ` (${escapeText(origin)})`;
  return `${subjectWords(letter)}${from} is now a dead letter: ${escapeText(letter.detail)} (${letter.reason})`;
}

/** The subject of a dead letter: `image sky/12`, `event 3`, `message image_analysis/0/7`. */
export function subjectWords(
  letter: Pick<DeadLetterHead, 'stage' | 'image' | 'technique' | 'event' | 'position'>,
): string {
  const subject = subjectOf(letter);
  if (subject.kind === 'image') return `image ${imageName(subject.image)}`;
  if (subject.kind === 'event') return `event ${subject.event}`;
  const { position } = letter;
  return position === null ? 'a message' : `message ${position.topic}/${position.partition}/${position.offset}`;
}

export function rejectedLine({ origin, error }: Of<'rejected'>): string {
  return `${escapeText(origin)} was not received: ${escapeText(error.message)} (${error.code})`;
}

function skippedLine({ origin, image, movedFrom }: Of<'skipped'>): string {
  const moved = movedFrom === undefined ? '' : `, moved from ${escapeText(movedFrom)}`;
  return `${escapeText(origin)} is skipped: already received as image ${image}${moved}`;
}

/** A report as a notice; undefined for results and failures. */
export function noticeLine(report: Report): string | undefined {
  switch (report.kind) {
    case 'skipped':
      return skippedLine(report);
    case 'odd_picture':
      return `image ${imageName(report.image)} is an odd file: ${escapeText(report.note)}; this is told once for each stream`;
    case 'not_taken':
      return notTakenLine(report);
    case 'skipped_former':
      return `${report.stage}: skipped a message from before the last clean`;
    case 'skipped_stale':
      return skippedStaleLine(report.stage, 1);
    case 'broker_notice':
      return escapeText(report.text);
    case 'recovered':
      return `published ${counted(report.images, 'image')} of stream ${report.stream} again: the messages before would not have been delivered`;
    case 'recovered_events':
      return `published ${counted(report.events, 'event')} again: the messages before would not have been delivered`;
    case 'technique_idle':
      return `technique ${report.technique} has had no analyzers for longer than technique_idle: nothing waits for it any more; an analyzer that starts continues with what it has not judged`;
    case 'bus_changed':
      return `broker ${report.address} is ${report.id} now, and was ${report.before}: what waits is published there again`;
    case 'withdrawn':
      return `withdrew ${counted(report.images, 'image')} of stream ${report.stream} that an interrupted receiver had not stored`;
    case 'no_outcome':
      return `image ${imageName(report.image)} was published ${report.publications} times without an outcome: it is published again at growing intervals of up to ten minutes; see what the analyzers report about it`;
    case 'moved':
      return movedLine(report);
    case 'waiting':
      return `${report.stage} is waiting: ${escapeText(report.error.message)}; it retries until that is resolved`;
    case 'resumed':
      return `${report.stage} resumed after ${seconds(report.afterMs)}`;
    case 'standing_by':
      return standingByLine(report);
    case 'lock_lost':
      return `${report.stage} has lost the lock ${report.lock}; it stops writing and acquires the lock again`;
    case 'working':
      return report.share && `${report.stage} is assigned ${shareWords(report.share)}`;
    case 'rebalancing':
      return `${report.stage}: the consumer group is rebalancing, because a member joined or left`;
    case 'joining':
      return `${report.stage} is waiting for partitions: the group removes a member that vanished after ${seconds(report.givesUpAfterMs)} (kafka_session_timeout)`;
    default:
      return undefined;
  }
}

function notTakenLine({ folder, files, endings }: Of<'not_taken'>): string {
  const parts = endings.map((each) => `${each.files} ${escapeText(each.ending) || 'without an ending'}`);
  const rest = files - endings.reduce((sum, each) => sum + each.files, 0);
  const all = [...parts, ...(rest > 0 ? [`${rest} with other endings`] : [])].join(', ');
  return `${counted(files, 'file')} of ${escapeText(folder)} ${files === 1 ? 'was' : 'were'} not taken: ${all}`;
}

export function skippedStaleLine(stage: StageName, messages: number): string {
  const what = stage === 'alert' ? 'events' : 'images';
  return `${stage}: skipped ${counted(messages, 'message')} about ${what} that are not in the catalog: it was restored from a backup, or another program published them`;
}

function movedLine({ from, to, asCopy }: Of<'moved'>): string {
  const [was, is] = [escapeText(from), escapeText(to)];
  if (asCopy) return `the data folder ${is} is a copy of ${was}, and a pipeline of its own from now on`;
  return `the data folder was moved or restored: it was ${was}, and is ${is} now`;
}

function standingByLine({ stage, holder }: Of<'standing_by'>): string {
  if (holder === undefined) {
    return `${stage} is standing by: other members of its group have all partitions; it takes over when one of them stops`;
  }
  return `${stage} is standing by: ${holder} is working ${SCOPE[stage]}; this process takes over when that one stops`;
}

function shareWords({ partitions, of }: { readonly partitions: readonly number[]; readonly of: number }): string {
  if (partitions.length === of) return of === 1 ? 'the only partition' : `all ${of} partitions`;
  return `${counted(partitions.length, 'partition')} of ${of}: ${partitions.join(', ')}`;
}

const SCOPE: Record<StageName, string> = {
  receive: 'on this stream',
  analyze: 'for this group',
  alert: 'for this group',
};

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
