import path from 'node:path';
import type { ComparisonJson } from '../../domain/json/comparison.ts';
import type { ComparedPicture, ComparedPictures } from '../compare-pictures.ts';
import { regionsJson, thresholdJson } from './fields.ts';

/** `compare --json`. `out` is the file that the difference image was written to, if any. */
export function comparisonJson(compared: ComparedPictures, out: string | undefined): ComparisonJson {
  return {
    outcome: compared.kind,
    technique: compared.technique,
    measurement: compared.measurement,
    ...thresholdJson(compared),
    ...regionsJson(compared.regions),
    reference: pictureJson(compared.reference),
    image: pictureJson(compared.image),
    mask: compared.mask === null ? null : { file: path.resolve(compared.mask.file), sha256: compared.mask.sha256 },
    difference: out === undefined || compared.difference === null ? null : { path: path.resolve(out) },
  };
}

function pictureJson({ file, sha256, width, height, notes }: ComparedPicture): ComparisonJson['image'] {
  return { file: path.resolve(file), sha256, width, height, notes: [...notes] };
}
