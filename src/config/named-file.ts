import { readFileSync } from 'node:fs';
import { ImgpipeError } from '../domain/errors.ts';

/** What is in the file that a setting names. Throws `config_invalid`. */
export function contentOf(field: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ImgpipeError('config_invalid', `${field}: the file ${file} cannot be read (${code})`, { cause: error });
  }
}

/** The secret that a file holds: its first line. */
export function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}
