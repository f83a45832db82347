import { subjectOf } from '../domain/dead-letters.ts';
import type { ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { imageKey } from '../domain/object-keys.ts';
import { type DeadLetterHead, imageName, type OutcomeRecord, type Regions } from '../domain/records.ts';
import type { Report, StageName } from '../domain/reports.ts';
import type { Measure } from '../ports/comparator.ts';

/** Reports as people read them. Whatever came from outside is escaped. */

type Of<K extends Report['kind']> = Extract<Report, { kind: K }>;

/** A count with its noun: `1 image`, `2 images`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** An error as one line; what is escaped in it already stays as it is. */
export function errorLine({ message }: ImgpipeError): string {
  return escapeText(message).replaceAll('\\\\', '\\');
}

/** What a stage took in, in a few words. */
export function receivedWords({ images, skipped, rejected }: Received, paths: readonly string[]): string {
  const nothing = paths.length > 0 && images + skipped + rejected === 0;
  return [
    `${counted(images, 'image')} received`,
    ...(skipped > 0 ? [`${counted(skipped, 'file')} passed over`] : []),
    ...(nothing ? ['no .jpg, .jpeg or .png found'] : []),
  ].join(', ');
}

interface Received {
  readonly images: number;
  readonly skipped: number;
  readonly rejected: number;
}

/** What was set aside; undefined where nothing was. */
export function setAsideLine(tally: { readonly rejected: number; readonly deadLetters: number }): string | undefined {
  const { rejected, deadLetters } = tally;
  const files = rejected === 0 ? [] : [`${counted(rejected, 'file')} not received`];
  const letters = deadLetters === 0 ? [] : [`${counted(deadLetters, 'dead letter')}, see 'imgpipe dead list'`];
  return rejected + deadLetters === 0 ? undefined : `set aside: ${[...files, ...letters].join('; ')}`;
}

/** A measurement to be read: up to six digits, in the technique's own unit. */
export function measured(measurement: number, { technique, threshold }: Measure): string {
  const unit = threshold.unit === '%' ? 'px' : threshold.unit;
  return `${Number(measurement.toPrecision(6))} ${unit} (${technique})`;
}

export function imageLine({ image }: Of<'image'>): string {
  const from = image.origin === 'generated' ? '' : `  from ${escapeText(image.origin)}`;
  return `image ${imageName(image)}: ${imageKey(image)}${from}`;
}

export function outcomeLine(outcome: OutcomeRecord): string {
  const { image, kind, event, reference, measurement } = outcome;
  const [it, other] = [`image ${imageName(image)}`, `image ${image.stream}/${reference}`];
  if (kind === 'changed' && measurement !== null) {
    return `event ${event?.number}: ${it} differs from ${other} by ${measured(measurement, outcome)}${regionsWords(outcome.event?.regions ?? null)}`;
  }
  if (kind === 'size_changed') return `event ${event?.number}: ${it} has another size than ${other}`;
  if (kind === 'unchanged') return `${it}: unchanged since ${other}`;
  return kind === 'first' ? `${it}: the first, with nothing to compare it with` : `${it}: dead`;
}

/** How many regions there are: `, in 3 regions`; nothing for a technique that does not look for them. */
function regionsWords(regions: Regions | null): string {
  return regions === null ? '' : `, in ${counted(regions.count, 'region')}`;
}

export function alertLine({ alert, event }: Of<'alert'>): string {
  return `alert ${alert.number}: image ${imageName(event.image)} has changed; see 'imgpipe view ${alert.number}'`;
}

export function deadLetterLine({ letter, origin }: Of<'dead_letter'>): string {
  const from =
    letter.image === null || origin === undefined || origin === 'generated' ? '' : ` (${escapeText(origin)})`;
  return `${subjectWords(letter)}${from} is set aside: ${escapeText(letter.detail)} (${letter.reason})`;
}

/** What a dead letter is about: `image sky/12`, `event 3`, `message image_analysis/0/7`. */
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
  return `${escapeText(origin)} is set aside: ${escapeText(error.message)} (${error.code})`;
}

export function blockedLine({ stream, error }: Of<'blocked'>): string {
  return `images of ${stream} wait to be published: ${escapeText(error.message)}`;
}

/** The sentence of a report that is a notice; undefined for those that are results or complaints. */
export function noticeLine(report: Report): string | undefined {
  switch (report.kind) {
    case 'skipped':
      return `${escapeText(report.origin)} is passed over: it is image ${report.image} already`;
    case 'skipped_former':
      return `${report.stage}: a message from before the last clean is passed over`;
    case 'recovered':
      return `${counted(report.images, 'image')} of ${report.stream} that ${report.images === 1 ? 'was' : 'were'} not published ${report.images === 1 ? 'is' : 'are'} now`;
    case 'waiting':
      return `${report.stage} waits: ${escapeText(report.error.message)}; it goes on by itself once that is mended`;
    case 'resumed':
      return `${report.stage} goes on after ${seconds(report.afterMs)}`;
    case 'standing_by':
      return standingByLine(report);
    case 'lock_lost':
      return `${report.stage} has lost the lock ${report.lock}; it stops writing and acquires the lock again`;
    case 'working':
      return report.share && `${report.stage} takes ${shareWords(report.share)}`;
    case 'rebalancing':
      return `${report.stage}: a member of its group came or went; the partitions are shared out anew`;
    case 'joining':
      return `${report.stage} waits for its partitions: the group gives up a member that went without a word after ${seconds(report.givesUpAfterMs)} (kafka_session_timeout)`;
    default:
      return undefined;
  }
}

function standingByLine({ stage, holder }: Of<'standing_by'>): string {
  if (holder === undefined) {
    return `${stage} stands by: the other members of its group have all partitions; it takes over when one of them ends`;
  }
  return `${stage} stands by: ${holder} is at ${WORK[stage]}; this one takes over when it ends`;
}

function shareWords({ partitions, of }: { readonly partitions: readonly number[]; readonly of: number }): string {
  if (partitions.length === of) return of === 1 ? 'the only partition' : `all ${of} partitions`;
  return `${counted(partitions.length, 'partition')} of ${of}: ${partitions.join(', ')}`;
}

const WORK: Record<StageName, string> = {
  receive: 'work on this stream',
  analyze: 'work for this group',
  alert: 'work for this group',
};

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
