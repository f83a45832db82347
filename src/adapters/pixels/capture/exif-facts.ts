import { type Capture, GAINS, NOTHING_KNOWN, type Position } from '../../../domain/capture.ts';
import { type Clock, instantOf } from '../../../domain/clock.ts';
import { openTiff, type TiffValue } from './tiff-directory.ts';

// EXIF 2.32: tags of the first directory, of the EXIF directory and of the GPS directory.
const MAKE = 0x010f;
const MODEL = 0x0110;
const DATE_TIME = 0x0132;
const EXIF_DIRECTORY = 0x8769;
const GPS_DIRECTORY = 0x8825;
const EXPOSURE_TIME = 0x829a;
const F_NUMBER = 0x829d;
const SENSITIVITY = 0x8827;
const RECOMMENDED_EXPOSURE_INDEX = 0x8832;
const ISO_SPEED = 0x8833;
const FOCAL_LENGTH = 0x920a;
const GAIN_CONTROL = 0xa407;
// Time, offset and fraction of a second of DateTimeOriginal, DateTimeDigitized and DateTime, in the order of preference.
const TIMES = [
  [0x9003, 0x9011, 0x9291],
  [0x9004, 0x9012, 0x9292],
  [DATE_TIME, 0x9010, 0x9290],
] as const;
const EXIF_TAGS = [
  EXPOSURE_TIME,
  F_NUMBER,
  SENSITIVITY,
  RECOMMENDED_EXPOSURE_INDEX,
  ISO_SPEED,
  FOCAL_LENGTH,
  GAIN_CONTROL,
];

const LATITUDE_REF = 1;
const LATITUDE = 2;
const LONGITUDE_REF = 3;
const LONGITUDE = 4;
const ALTITUDE_REF = 5;
const ALTITUDE = 6;

type Values = ReadonlyMap<number, TiffValue>;

/** Reads when and how a picture was taken from its EXIF data. A time without an offset is in this machine's local zone. */
export function exifFacts(tiff: Uint8Array): Capture {
  const opened = openTiff(tiff);
  if (opened === undefined) return NOTHING_KNOWN;
  const main = opened.directory(opened.first, [MAKE, MODEL, DATE_TIME, EXIF_DIRECTORY, GPS_DIRECTORY]);
  const sub = (tag: number, wanted: readonly number[]): Values => {
    const offset = numberOf(main, tag);
    return offset === null ? new Map() : opened.directory(offset, wanted);
  };
  const exif = sub(EXIF_DIRECTORY, [...TIMES.flat(), ...EXIF_TAGS]);
  const gps = sub(GPS_DIRECTORY, [LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, ALTITUDE_REF, ALTITUDE]);
  const at = timeOf(new Map([...main, ...exif]));
  return {
    at,
    timeFrom: at === null ? null : 'exif',
    make: textOf(main, MAKE),
    model: textOf(main, MODEL),
    exposure: positive(numberOf(exif, EXPOSURE_TIME)),
    aperture: positive(numberOf(exif, F_NUMBER)),
    iso: isoOf(exif),
    gain: GAINS[numberOf(exif, GAIN_CONTROL) ?? -1] ?? null,
    focalLength: positive(numberOf(exif, FOCAL_LENGTH)),
    position: positionOf(gps),
  };
}

function timeOf(values: Values): string | null {
  for (const [time, offset, fraction] of TIMES) {
    const clock = clockOf(textOf(values, time) ?? '');
    if (clock === undefined) continue;
    const milliseconds = Math.floor(Number(`0.${/^\d{1,9}$/.exec(textOf(values, fraction) ?? '')?.[0] ?? 0}`) * 1000);
    const instant = instantOf({ ...clock, milliseconds }, minutesOf(textOf(values, offset)));
    if (instant !== undefined) return instant.toISOString();
  }
  return null;
}

/** `2026:11:27 10:47:42`. */
function clockOf(text: string): Clock | undefined {
  const digits = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(text);
  if (digits === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = digits.slice(1).map(Number);
  return { year, month, day, hours, minutes, seconds, milliseconds: 0 };
}

/** `+02:00` in minutes; undefined for no valid offset. */
function minutesOf(offset: string | null): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset ?? '') ?? [];
  if (sign === undefined) return offset === 'Z' ? 0 : undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The sensitivity has 16 bits: above them it is 65535, and the other tags have the number. */
function isoOf(exif: Values): number | null {
  const short = positive(numberOf(exif, SENSITIVITY));
  if (short !== null && short < 65_535) return short;
  return positive(numberOf(exif, ISO_SPEED)) ?? positive(numberOf(exif, RECOMMENDED_EXPOSURE_INDEX)) ?? short;
}

function positionOf(gps: Values): Position | null {
  const latitude = degreesOf(gps, LATITUDE, LATITUDE_REF, { positive: 'N', negative: 'S', limit: 90 });
  const longitude = degreesOf(gps, LONGITUDE, LONGITUDE_REF, { positive: 'E', negative: 'W', limit: 180 });
  if (latitude === null || longitude === null) return null;
  const height = numberOf(gps, ALTITUDE);
  const sign = numberOf(gps, ALTITUDE_REF) === 1 ? -1 : 1;
  return { latitude, longitude, altitude: height === null ? null : rounded(sign * height, 2) };
}

/** Degrees, minutes and seconds, rounded to 11 cm. */
function degreesOf(
  gps: Values,
  tag: number,
  reference: number,
  { positive: plus, negative: minus, limit }: { positive: string; negative: string; limit: number },
): number | null {
  const parts = gps.get(tag);
  const side = textOf(gps, reference)?.toUpperCase();
  if (parts === undefined || typeof parts === 'string' || (side !== plus && side !== minus)) return null;
  // A missing part is 0 / 0 in many files.
  const [degrees = Number.NaN, minutes = 0, seconds = 0] = parts;
  const all = degrees + (minutes || 0) / 60 + (seconds || 0) / 3600;
  return all <= limit ? rounded(side === minus ? -all : all, 6) : null;
}

function textOf(values: Values, tag: number): string | null {
  const value = values.get(tag);
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberOf(values: Values, tag: number): number | null {
  const value = values.get(tag);
  const first = typeof value === 'string' ? undefined : value?.[0];
  return first !== undefined && Number.isFinite(first) ? first : null;
}

function positive(number: number | null): number | null {
  return number !== null && number > 0 ? Number(number.toPrecision(6)) : null;
}

function rounded(number: number, digits: number): number {
  return Number(number.toFixed(digits)) + 0;
}
