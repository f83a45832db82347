import { ImgpipeError } from '../../../domain/errors.ts';
import { findScanData } from './restarts.ts';
import { EOI, SOS, segmentAfter } from './segments.ts';

/** A few bytes can encode a scan of the whole picture. This is also libjpeg's own limit against such files. */
export const MAX_SCANS = 500;

export function tooManyScans(): ImgpipeError {
  return new ImgpipeError('undecodable', `the JPEG has more than ${MAX_SCANS} scans`);
}

/** Whether a file has too many scans before its end marker. */
export function hasTooManyScans(bytes: Uint8Array): boolean {
  let scans = 0;
  for (let segment = segmentAfter(bytes, 2); segment !== undefined && segment.marker !== EOI; ) {
    const isScan = segment.marker === SOS;
    if (isScan) scans += 1;
    if (scans > MAX_SCANS) return true;
    segment = segmentAfter(bytes, isScan ? findScanData(bytes, segment.end, 1).end : segment.end);
  }
  return false;
}
