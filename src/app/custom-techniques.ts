import { withDeadline } from '../base/deadlines.ts';
import { valueText } from '../base/value-text.ts';
import { BUILT_IN_TECHNIQUES, type Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { Region } from '../domain/records.ts';
import type { CustomTechnique, TechniqueResult } from '../ports/technique.ts';

/** A program's technique with its id, `name@version`. */
export interface RegisteredTechnique extends CustomTechnique {
  readonly id: string;
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/;
const MAX_VERSION = 999_999;
const UNITS: readonly unknown[] = ['levels', 'px', 'score'];

/** The techniques that a program provides. Throws `config_invalid`. */
export function registerTechniques(given: unknown): readonly RegisteredTechnique[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw invalid(`techniques: ${valueText(given)} is not valid: use a list of techniques`);
  const names = new Set<unknown>(BUILT_IN_TECHNIQUES);
  return given.map((each: unknown, index) => {
    const technique = checked(each, `techniques[${index}]`);
    if (names.has(technique.name)) {
      throw invalid(
        `techniques[${index}].name: the name ${technique.name} is already used by another technique: use another name`,
      );
    }
    names.add(technique.name);
    return { ...technique, id: `${technique.name}@${technique.version}` };
  });
}

/** The technique with its results checked. An error that it throws becomes `internal`; one that takes too long is `too_large`. */
export function guarded(technique: RegisteredTechnique, config: Pick<Config, 'maxPictureTime'>): RegisteredTechnique {
  const { id } = technique;
  const late = () =>
    new ImgpipeError(
      'too_large',
      `the technique ${id} takes longer than max_picture_time (${config.maxPictureTime} ms)`,
    );
  return {
    ...technique,
    async measure(reference, image, context) {
      let result: unknown;
      try {
        // In an async function, so that a thrown error and a rejection are handled alike.
        const measuring = (async () => technique.measure(reference, image, context))();
        result = await withDeadline(config.maxPictureTime, measuring, late);
      } catch (thrown) {
        if (thrown instanceof ImgpipeError && thrown.code === 'too_large') throw thrown;
        const message = thrown instanceof Error ? thrown.message : valueText(thrown);
        throw new ImgpipeError('internal', `the technique ${id} failed: ${message}`, { cause: thrown });
      }
      return checkedResult(id, result, image);
    },
  };
}

function checked(given: unknown, where: string): CustomTechnique {
  if (typeof given !== 'object' || given === null) {
    throw invalid(`${where}: ${valueText(given)} is not valid: use { name, version, unit, measure }`);
  }
  const { name, version, unit, measure } = given as Partial<Record<keyof CustomTechnique, unknown>>;
  const wrong = (field: string, value: unknown, use: string) =>
    invalid(`${where}.${field}: ${valueText(value)} is not valid: use ${use}`);
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw wrong('name', name, "1 to 32 of a-z, 0-9, '_' and '-', starting with a letter");
  }
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || version > MAX_VERSION) {
    throw wrong('version', version, `a whole number from 1 to ${MAX_VERSION}`);
  }
  if (!UNITS.includes(unit)) throw wrong('unit', unit, UNITS.map((each) => `'${each}'`).join(' or '));
  if (typeof measure !== 'function') throw wrong('measure', measure, 'a function (reference, image, context)');
  return {
    name,
    version,
    unit: unit as CustomTechnique['unit'],
    // Called as a method, so that a technique may be an instance of a class.
    measure: (...pictures) => (given as CustomTechnique).measure(...pictures),
  };
}

function checkedResult(
  id: string,
  result: unknown,
  size: { readonly width: number; readonly height: number },
): TechniqueResult {
  const { measurement, regions = null } = (result ?? {}) as Partial<Record<keyof TechniqueResult, unknown>>;
  const wrong = (what: string) => new ImgpipeError('internal', `the technique ${id} returned ${what}`);
  if (typeof measurement !== 'number' || !Number.isFinite(measurement) || measurement < 0) {
    throw wrong(`the measurement ${valueText(measurement)}: it must be a finite number of 0 or more`);
  }
  if (regions === null) return { measurement, regions };
  if (!Array.isArray(regions)) throw wrong(`regions that are ${valueText(regions)}: they must be a list, or null`);
  const bad = regions.findIndex((region) => !isRegion(region, size));
  if (bad === -1) return { measurement, regions };
  throw wrong(
    `regions[${bad}], which is not valid: use { box: { x, y, width, height } inside of the image, centroid: { x, y }, area, sum, peak, snr }`,
  );
}

/** Whether a value is a region of a picture of this size: complete, finite, with its box inside of the picture. */
function isRegion(value: unknown, size: { readonly width: number; readonly height: number }): value is Region {
  const { box, centroid, area, sum, peak, snr } = fields(value);
  const { x, y, width, height } = fields(box);
  const { x: centreX, y: centreY } = fields(centroid);
  if (![centreX, centreY, area, sum, peak, snr].every((number) => Number.isFinite(number))) return false;
  return isSpan(x, width, size.width) && isSpan(y, height, size.height);
}

function isSpan(start: unknown, length: unknown, end: number): boolean {
  if (!Number.isInteger(start) || !Number.isInteger(length)) return false;
  return Number(start) >= 0 && Number(length) >= 1 && Number(start) + Number(length) <= end;
}

function fields(value: unknown): Record<Field, unknown> {
  return (typeof value === 'object' && value !== null ? value : {}) as Record<Field, unknown>;
}

type Field = 'box' | 'centroid' | 'area' | 'sum' | 'peak' | 'snr' | 'x' | 'y' | 'width' | 'height';

function invalid(message: string): ImgpipeError {
  return new ImgpipeError('config_invalid', message);
}
