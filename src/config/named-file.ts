import { readFileSync } from 'node:fs';
import { ImgpipeError } from '../domain/errors.ts';

/** The content of the file that a setting names. Throws `config_invalid`. */
export function contentOf(field: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ImgpipeError('config_invalid', `${field}: the file ${file} cannot be read (${code})`, { cause: error });
  }
}

/** A file's first line: the secret that it holds. */
export function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}
