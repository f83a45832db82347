import type { ComparisonJson } from '../domain/json/comparison.ts';
import { comparisonJson } from '../operations/json/comparison.ts';
import { pathOf } from './arguments.ts';
import { compareFiles } from './compare-files.ts';
import { configured } from './program-settings.ts';

/** How two files differ: the JSON of `compare`, with the difference image itself instead of its path. */
export interface ComparedFiles extends Omit<ComparisonJson, 'difference'> {
  /** A JPEG file; null if they do not differ. */
  readonly difference_image: Uint8Array | null;
}

/** Compares two files with a program's settings. Throws `usage`, `config_invalid`, and errors that name the file. */
export async function compareInProgram(reference: unknown, image: unknown, options: unknown): Promise<ComparedFiles> {
  const files = [pathOf('reference', reference), pathOf('image', image)] as const;
  const { config, techniques } = configured(options);
  const compared = await compareFiles(config, ...files, { techniques });
  const { difference: _path, ...json } = comparisonJson(compared, undefined);
  return { ...json, difference_image: compared.difference };
}
