import { type Capture, isCaptureTime, NOTHING_KNOWN, type TimeSource } from '../../../domain/capture.ts';
import { instantOf } from '../../../domain/clock.ts';
import type { ReadNameTime } from '../../../domain/name-time.ts';
import type { PictureFormat } from '../../../domain/records.ts';
import type { ReadCapture } from '../../../ports/capture.ts';
import { exifFacts } from './exif-facts.ts';
import { jpegExif, pngParts, webpExif } from './find-exif.ts';

export interface CaptureOptions {
  /** Reads the time from a file's name where the picture has none. */
  readonly nameTime?: ReadNameTime | undefined;
  /** Whether a file's own time counts where there is no other. */
  readonly useModified?: boolean;
}

/** A reader that takes the time from the source, or else from the picture, the name, or the file's own time, in this order. */
export function createCaptureReader({ nameTime, useModified = false }: CaptureOptions): ReadCapture {
  return ({ bytes, format, origin, modifiedAt, capturedAt }) => {
    const facts = factsOf(bytes, format);
    const dated =
      timed(facts, 'source', capturedAt) ??
      (facts.at === null ? undefined : facts) ??
      timed(facts, 'name', nameTime?.(origin)) ??
      timed(facts, 'mtime', useModified ? modifiedAt : undefined) ??
      facts;
    return Object.values(dated).every((value) => value === null) ? null : dated;
  };
}

function factsOf(bytes: Uint8Array, format: PictureFormat): Capture {
  switch (format) {
    case 'jpg':
      return factsIn(jpegExif(bytes));
    case 'png':
      return pngFacts(bytes);
    case 'webp':
      return factsIn(webpExif(bytes));
    case 'tiff':
      return factsIn(bytes);
    case 'gif':
    case 'bmp':
      return NOTHING_KNOWN;
  }
}

function factsIn(exif: Uint8Array | undefined): Capture {
  return exif === undefined ? NOTHING_KNOWN : exifFacts(exif);
}

function pngFacts(bytes: Uint8Array): Capture {
  const { exif, time } = pngParts(bytes);
  const facts = factsIn(exif);
  return facts.at !== null || time === undefined ? facts : (timed(facts, 'png', pngTime(time)) ?? facts);
}

/** tIME is in UTC (PNG, third edition, 11.3.4.1). */
function pngTime(body: Uint8Array): Date | undefined {
  const [high = 0, low = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = body;
  return instantOf({ year: high * 256 + low, month, day, hours, minutes, seconds, milliseconds: 0 }, 0);
}

/** The facts with this time; undefined without a time that can be kept. */
function timed(facts: Capture, timeFrom: TimeSource, time: Date | undefined): Capture | undefined {
  return time !== undefined && isCaptureTime(time) ? { ...facts, at: time.toISOString(), timeFrom } : undefined;
}
