import type { Pixels } from '../../../analysis/pixels.ts';
import type { Allocator } from '../pixel-memory.ts';
import type { DecoderKernel } from './decoder-kernel.ts';
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
  withNotes,
} from './decoding.ts';
import type { JpegPicture } from './jpeg-picture.ts';
import { createProgression } from './progression.ts';
import { EOI, isSequential, readScan, SOI, SOS, segmentAt } from './segments.ts';

/** Whether a picture of a single scan is decoded while that is read. */
function isStreamed({ kernel }: Decoding, { progressive, arithmetic }: CodedFrame): boolean {
  return kernel.precision === 8 && !progressive && !arithmetic;
}

/** Decodes a file in which everything is where it belongs. Throws Irregular for any other. */
export function decodeRegular(
  kernel: DecoderKernel,
  bytes: Uint8Array,
  { checkKept }: Pick<JpegPicture, 'checkKept'>,
  allocate: Allocator,
): Pixels {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new Irregular();
  const decoding = createDecoding(kernel, bytes, checkKept, irregular);
  for (let at = 2; ; ) {
    const { marker, body, end } = segmentAt(bytes, at) ?? irregular();
    if (marker === EOI) {
      const { frame, progression } = decoding;
      if (frame === undefined || progression?.isComplete() !== true) throw new Irregular();
      return withNotes(copyRows(decoding, frame, allocate), decoding, end);
    }
    if (marker !== SOS) {
      readSegment(decoding, marker, body);
      at = end;
      continue;
    }
    const frame = decoding.frame ?? irregular();
    const scan = readScan(body, frame) ?? irregular();
    if (!hasTables(decoding, frame, scan)) throw new Irregular();
    countScan(decoding);
    if (decoding.progression === undefined) {
      const isOnly = isStreamed(decoding, frame) && scan.components.length === frame.components.length;
      beginPicture(decoding, frame, !isOnly);
      if (isOnly) {
        if (!isSequential(scan)) throw new Irregular();
        beginScan(decoding, scan, end);
        const pixels = copyRows(decoding, frame, allocate);
        return kernel.marker() === EOI ? withNotes(pixels, decoding, kernel.scanEnd()) : irregular();
      }
      decoding.progression = createProgression(frame.components.length, frame.progressive);
    }
    if (decoding.progression.add(scan) !== 'due') throw new Irregular();
    beginScan(decoding, scan, end);
    const next = kernel.readScan();
    // The next segment starts with the marker that the scan has ended at.
    at = next < 0 ? irregular() : next - 2;
  }
}
