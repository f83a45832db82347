import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import type { Allocator } from '../pixel-memory.ts';
import { type DecoderKernel, endInput } from './decoder-kernel.ts';
import {
  beginPicture,
  beginScan,
  type CodedFrame,
  copyRows,
  countScan,
  createDecoding,
  type Decoding,
  hasTables,
  Irregular,
  irregular,
  readSegment,
  setStandardTables,
  withNotes,
} from './decoding.ts';
import type { JpegPicture } from './jpeg-picture.ts';
import { describeMissing } from './missing-data.ts';
import { createProgression, type Progression } from './progression.ts';
import { assignIntervals, findScanData, findZeros, MARKER_NUMBERS } from './restarts.ts';
import {
  EOI,
  isSequential,
  MIN_LENGTH,
  readScan,
  type Scan,
  SOI,
  SOS,
  segmentAfter,
  segmentAt,
  word,
} from './segments.ts';
import { createWholeBlocks, mcuCount, rowsOf, type WholeBlocks } from './whole-blocks.ts';

const DNL = 0xdc;
const DHT = 0xc4;
/** As many pieces of a scan after the last one that it needs are looked at. */
const MORE_PIECES = 8;
/** As many zeros as may be the last bytes of the data before others. */
const POSITION_ERROR = 2;

interface DamagedMcus {
  readonly scan: Scan;
  readonly first: number;
  readonly count: number;
}

/** A picture whose scans are being read. */
interface Picture {
  readonly frame: CodedFrame;
  readonly progression: Progression;
  readonly blocks: WholeBlocks;
  /** After how many rows the data of a scan without restarts end, or make no sense. */
  readonly readableRows: number[];
  /** The MCUs of each scan that are damaged. */
  readonly damaged: DamagedMcus[];
}

/**
 * Decodes a file as far as its data go, with notes on what is odd. If data of the picture is missing, throws `undecodable`, or
 * tells which pixels are whole. Throws Irregular for what the kernel does not decode.
 */
export function decodeTolerantly(
  kernel: DecoderKernel,
  bytes: Uint8Array,
  { height, acceptsDamage, checkKept }: JpegPicture,
  allocate: Allocator,
): Pixels {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new Irregular();
  const decoding = createDecoding(kernel, bytes, checkKept);
  const { notes } = decoding;
  let picture: Picture | undefined;
  let at = 2;
  while (!isWholeSequential(picture)) {
    const segment = segmentAfter(bytes, at);
    if (segment === undefined || segment.marker === EOI) break;
    const { index, marker, body, end } = segment;
    // The second of two pictures in a file, of which the first is not whole.
    if (picture !== undefined && startsPicture(bytes, at, index)) break;
    if (index > at) notes.add('surplus bytes before a marker');
    if (word(bytes, end - MIN_LENGTH) < MIN_LENGTH && body.length === 0)
      notes.add('a segment states an invalid length');
    at = end;
    try {
      if (marker === SOS) {
        picture ??= begin(decoding);
        at = readPictureScan(decoding, picture, body, end);
      } else if (marker !== DNL) {
        readSegment(decoding, marker, body, height);
      }
    } catch (thrown) {
      if (!(thrown instanceof Irregular) || !isDamage(decoding, marker, picture)) throw thrown;
      break;
    }
  }
  const next = segmentAt(bytes, at);
  if (next?.marker === DNL) at = next.end;
  const end = findEnd(bytes, at);
  if (end === undefined) notes.add('the end marker (EOI) is missing');
  else if (end > at + 2) notes.add('surplus bytes before the end marker (EOI)');
  if (picture === undefined) throw new Irregular();
  const missing = describeMissing({ ...picture, isCut: end === undefined });
  if (missing !== undefined) {
    if (!acceptsDamage) throw new ImgpipeError('undecodable', missing);
    notes.add(`${missing}; only what is whole is compared`);
    forgetDamaged(decoding, picture);
  }
  const pixels = withNotes(copyRows(decoding, picture.frame, allocate), decoding, end ?? bytes.length);
  return missing === undefined ? pixels : { ...pixels, whole: picture.blocks.pixels() };
}

/** Forgets what was read of damaged MCUs, which may be out of every range. */
function forgetDamaged(decoding: Decoding, { progression, blocks, damaged }: Picture): void {
  if (!progression.isComplete()) blocks.damageAll();
  for (const { scan, first, count } of damaged) {
    beginScan(decoding, scan, 0);
    decoding.kernel.clearInterval(first, count);
  }
}

/** Whether all of a sequential picture has been read. Whatever follows is no part of it. */
function isWholeSequential(picture: Picture | undefined): boolean {
  return picture !== undefined && !picture.frame.progressive && picture.progression.isComplete();
}

/** Whether a segment that is not read is no part of the picture whose scans precede it: no decoder reads on. */
function isDamage({ scans }: Decoding, marker: number, picture: Picture | undefined): boolean {
  if (picture === undefined) return false;
  return marker === DHT || (marker === SOS && picture.frame.progressive && scans > 1);
}

/** Whether a picture starts between two indices. */
function startsPicture(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at + 1 < end; at++) if (bytes[at] === 0xff && bytes[at + 1] === SOI) return true;
  return false;
}

/** The index after the next end marker. */
function findEnd(bytes: Uint8Array, from: number): number | undefined {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('ffd9', from, 'hex');
  return at < 0 ? undefined : at + 2;
}

function begin(decoding: Decoding): Picture {
  const frame = decoding.frame ?? irregular();
  if (decoding.codes.size === 0 && !frame.arithmetic) {
    decoding.notes.add('the Huffman tables are missing: the standard ones are used');
    setStandardTables(decoding);
  }
  beginPicture(decoding, frame, true);
  const progression = createProgression(frame.components.length, frame.progressive);
  decoding.progression = progression;
  return { frame, progression, blocks: createWholeBlocks(frame), readableRows: [], damaged: [] };
}

/** Reads a scan whose data start at an index. Returns the index after them. */
function readPictureScan(decoding: Decoding, picture: Picture, body: Uint8Array, from: number): number {
  const { frame, progression } = picture;
  countScan(decoding);
  const scan = scanOf(decoding, frame, body);
  if (!hasTables(decoding, frame, scan)) throw new Irregular();
  const order = progression.add(scan);
  if (order === 'invalid') throw new Irregular();
  if (order === 'undue') decoding.notes.add('its scans are in an unusual order');
  beginScan(decoding, scan, from);
  return readIntervals(decoding, picture, scan, from);
}

function scanOf({ notes }: Decoding, frame: Picture['frame'], body: Uint8Array): Scan {
  const scan = readScan(body, frame) ?? irregular();
  if (frame.progressive || isSequential(scan)) return scan;
  notes.add('a scan header (SOS) has invalid spectral parameters');
  return { ...scan, first: 0, last: 63, high: 0, low: 0 };
}

function readIntervals(decoding: Decoding, picture: Picture, scan: Scan, from: number): number {
  const { frame, blocks, damaged } = picture;
  const { kernel, bytes, restartInterval, notes } = decoding;
  const indices = scan.components.map(({ index }) => index);
  const total = mcuCount(frame, indices);
  const interval = restartInterval === 0 ? total : restartInterval;
  const expected = Math.ceil(total / interval);
  const data = findScanData(bytes, from, expected + MORE_PIECES);
  const { starts, misnumbered, surplus } = assignIntervals(data, expected);
  /** Whether the marker after an interval is missing, so that its end may be that of another. */
  const isMerged = (position: number) =>
    position + 1 < expected && starts[position + 1] === undefined && (!data.isLast || kernel.hasSurplus() !== 0);
  if (misnumbered) notes.add('the restart markers are misnumbered');
  if (surplus) notes.add('data after the last restart interval');
  function endAfter(position: number): number {
    for (let next = position + 1; next < expected; next++) {
      const start = starts[next];
      if (start !== undefined) return start;
    }
    return data.end;
  }

  const lastStart = starts.findLastIndex((start) => start !== undefined);
  /** Whether as many markers are missing as their numbers repeat after, and it is not sure that it is the last ones. */
  let isUnsure = false;
  for (const [position, assigned] of starts.entries()) {
    const start = isUnsure ? undefined : assigned;
    const first = position * interval;
    const count = Math.min(interval, total - first);
    const whole = start === undefined ? 0 : kernel.readInterval(start, first, count);
    const zeros =
      start !== undefined && isOdd(kernel, whole, count) ? findZeros(bytes, start, endAfter(position)) : undefined;
    const isZeroed = zeros !== undefined && (isMerged(position) || kernel.position() > zeros + POSITION_ERROR);
    if (whole === count && !isZeroed && !isMerged(position)) {
      const next = isWholeSequential(picture) ? 'the end marker (EOI)' : 'a marker';
      if (kernel.hasSurplus()) notes.add(`surplus bytes before ${position < expected - 1 ? 'a restart marker' : next}`);
      continue;
    }
    isUnsure ||= position < lastStart && lastStart < expected - MARKER_NUMBERS;
    // Where bytes were lost within an interval, what is wrong begins somewhere before the error.
    const isCut = data.isLast && start === data.pieces.at(-1)?.start;
    const kept = isZeroed
      ? readUntil(decoding, picture, { start: start ?? 0, zeros, first, count })
      : isCut
        ? whole
        : 0;
    if (expected === 1 && kept === 0) picture.readableRows.push(rowsOf(frame, indices, whole));
    blocks.damage(indices, first + kept, count - kept);
    damaged.push({ scan, first: first + kept, count: count - kept });
  }
  return data.end;
}

/** Whether an interval was too short, or has data that was not read. */
function isOdd(kernel: DecoderKernel, whole: number, count: number): boolean {
  return whole < count || kernel.hasSurplus() !== 0;
}

interface ZeroedInterval {
  readonly start: number;
  readonly zeros: number;
  readonly first: number;
  readonly count: number;
}

/** Reads an interval again, up to the zeros that lie in the place of its data. Returns the number of MCUs that are whole. */
function readUntil({ kernel }: Decoding, { frame }: Picture, { start, zeros, first, count }: ZeroedInterval): number {
  // Scans of a progressive picture cannot be read twice.
  if (frame.progressive) return 0;
  kernel.clearInterval(first, count);
  endInput(kernel, zeros);
  return kernel.readInterval(start, first, count);
}
