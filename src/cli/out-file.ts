import { type Stats, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ImgpipeError } from '../domain/errors.ts';
import type { WrittenFormat } from '../domain/records.ts';

const FORMATS: Readonly<Record<string, WrittenFormat>> = { '.jpg': 'jpg', '.jpeg': 'jpg', '.png': 'png' };

/** The format that the name of an output file asks for. Throws `usage` for another one, and for a file that is an input. */
export function checkOut(out: string, inputs: readonly string[]): WrittenFormat {
  const format = FORMATS[path.extname(out).toLowerCase()];
  if (format === undefined)
    throw invalid(`${out} names no format that is written: use an ending of .png, .jpg or .jpeg`);
  const existing = statsOf(out);
  if (existing === undefined) return format;
  if (!existing.isFile()) throw invalid(`${out} is a folder, a pipe or a device: choose another file`);
  const same = inputs.find((input) => {
    const stats = statsOf(input);
    return stats?.ino === existing.ino && stats.dev === existing.dev;
  });
  if (same !== undefined)
    throw invalid(`${out} is the same file as ${same}, which would be overwritten: choose another file`);
  return format;
}

/** Writes an output file. Throws `usage`. */
export async function writeOut(out: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(out, bytes);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ImgpipeError('usage', `--out: cannot write ${out} (${code}): choose another file`, { cause });
  }
}

/** What exists under a name; undefined for nothing, and for what cannot be reached: reading or writing it fails with the reason. */
function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

function invalid(what: string): ImgpipeError {
  return new ImgpipeError('usage', `--out: ${what}`);
}
