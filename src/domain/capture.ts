/** What the time of capture is from: a program's source, EXIF data, a PNG's tIME, the file's name, or its time of modification. */
export const TIME_SOURCES = ['source', 'exif', 'png', 'name', 'mtime'] as const;

export type TimeSource = (typeof TIME_SOURCES)[number];

/** How the camera amplified what it saw: EXIF's GainControl. */
export const GAINS = ['none', 'low_gain_up', 'high_gain_up', 'low_gain_down', 'high_gain_down'] as const;

export type Gain = (typeof GAINS)[number];

/** When and how a picture was taken, as far as its file tells; what is not known is null. */
export interface Capture {
  /** RFC 3339 in UTC, with milliseconds. */
  readonly at: string | null;
  readonly timeFrom: TimeSource | null;
  readonly make: string | null;
  readonly model: string | null;
  /** In seconds. */
  readonly exposure: number | null;
  /** The f-number. */
  readonly aperture: number | null;
  readonly iso: number | null;
  readonly gain: Gain | null;
  /** In millimetres. */
  readonly focalLength: number | null;
  readonly position: Position | null;
}

export interface Position {
  /** In degrees; north is positive. */
  readonly latitude: number;
  /** In degrees; east is positive. */
  readonly longitude: number;
  /** In metres above sea level. */
  readonly altitude: number | null;
}

/** Whether a time can be kept: one with a year of four digits, as RFC 3339 has it. */
export function isCaptureTime(time: Date): boolean {
  const year = time.getUTCFullYear();
  return year >= 1000 && year <= 9999;
}

export const NOTHING_KNOWN: Capture = {
  at: null,
  timeFrom: null,
  make: null,
  model: null,
  exposure: null,
  aperture: null,
  iso: null,
  gain: null,
  focalLength: null,
  position: null,
};

/** How a picture was taken, for people: the known facts, each with its name. */
export function captureFacts(capture: Capture | null): [name: string, value: string][] {
  if (capture === null) return [];
  const { exposure, aperture, iso, gain, focalLength, position } = capture;
  const facts: [name: string, value: string | null][] = [
    ['Camera', cameraOf(capture)],
    ['Exposure', exposure === null ? null : `${exposureText(exposure)} s`],
    ['Aperture', aperture === null ? null : `f/${aperture}`],
    ['ISO', iso === null ? null : `${iso}`],
    ['Gain', gain === null ? null : gain.replaceAll('_', ' ')],
    ['Focal length', focalLength === null ? null : `${focalLength} mm`],
    ['Position', position === null ? null : positionText(position)],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

/** Make and model; many cameras repeat the make in the model. */
function cameraOf({ make, model }: Capture): string | null {
  if (make === null || model?.toLowerCase().startsWith(make.toLowerCase())) return model;
  return model === null ? make : `${make} ${model}`;
}

/** Below a quarter of a second as a fraction, as on cameras. */
function exposureText(seconds: number): string {
  return seconds < 0.25 ? `1/${Math.round(1 / seconds)}` : String(seconds);
}

function positionText({ latitude, longitude, altitude }: Position): string {
  const height = altitude === null ? '' : `, ${altitude} m`;
  return `${latitude}, ${longitude}${height}`;
}
