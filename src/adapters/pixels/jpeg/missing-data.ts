import type { Progression } from './progression.ts';
import type { Frame } from './segments.ts';
import type { WholeBlocks } from './whole-blocks.ts';

export interface ReadPicture {
  readonly frame: Frame;
  readonly progression: Progression;
  readonly blocks: WholeBlocks;
  /** After how many rows the data of scans without restarts end, or make no sense. */
  readonly readableRows: readonly number[];
  /** Whether the file ends before the picture does. */
  readonly isCut: boolean;
}

/** What of a picture is missing, as a sentence; undefined if nothing is. */
export function describeMissing({ frame, progression, blocks, readableRows, isCut }: ReadPicture): string | undefined {
  const indices = [...frame.components.keys()];
  const without = (what: 'all' | 'first' | 'last') => indices.filter((index) => progression.missingOf(index) === what);
  const [never, first, last] = [without('all'), without('first'), without('last')];
  const damaged = isCut ? 'the JPEG is cut short' : 'the JPEG is damaged';
  if (never.length > 0) return `${damaged}: the scan of ${namesOf(frame, never)} is missing`;
  if (first.length > 0) return `${damaged}: the first scans of ${namesOf(frame, first)} are missing`;
  if (last.length > 0) return `${damaged}: the last scans of ${namesOf(frame, last)} are missing`;
  if (blocks.isWhole) return undefined;
  const { width, height } = frame;
  const pixels = blocks.pixels();
  const firstDamaged = pixels.indexOf(0);
  const isTail = isCut && !pixels.includes(1, (Math.floor(firstDamaged / width) + tailRows(frame)) * width);
  if (isTail) return `the JPEG is cut short after ${percent(Math.floor(firstDamaged / width), height)} of the rows`;
  if (readableRows.length > 0 && !isCut)
    return `the JPEG is damaged: its data can be read for ${percent(Math.min(...readableRows), height)} of the rows only`;
  const whole = pixels.reduce((sum, each) => sum + each, 0);
  return `the JPEG is damaged: data of ${percent(width * height - whole, width * height)} of the picture is missing`;
}

/** The rows of a picture that is cut short in which some pixels may be whole. */
function tailRows({ components }: Frame): number {
  return 8 * Math.max(...components.map(({ v }) => v)) + 1;
}

/** A share in percent. Never 0 or 100 of something in between. */
function percent(part: number, whole: number): string {
  const rounded = Math.round((100 * part) / whole);
  if (part > 0 && rounded === 0) return 'less than 1 %';
  return `${part < whole ? Math.min(99, rounded) : rounded} %`;
}

function namesOf({ components }: Frame, indices: readonly number[]): string {
  const names = components.length === 3 ? ['Y', 'Cb', 'Cr'] : components.map((_, index) => `component ${index + 1}`);
  return new Intl.ListFormat('en').format(indices.map((index) => names[index] ?? ''));
}
