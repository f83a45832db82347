import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { alertTextKey, differenceKey, eventTextKey, imageKey } from '../../../src/domain/object-keys.ts';
import { objectsOf } from '../s3/store-settings.ts';
import { type BusSettings, openAt } from './site.ts';

/** A file of the store. */
export interface StoredFile {
  /** Its name in the first attempt to put it. */
  readonly name: string;
  readonly path: string;
}

/**
 * Resolves with a function that lists a folder of the store. On S3, where nobody deletes at a take-over, numbers that were given
 * again have several objects: only the one that the row names is listed. An object of no row's number is listed too.
 */
export async function storedFiles(data: string, bus: BusSettings): Promise<(folder: string) => StoredFile[]> {
  const objects = objectsOf(data, bus);
  const keys = objects === data ? new Set<string>() : await keysOfRows(data, bus);
  const numbered = new Set([...keys].map(withoutAttempt));
  const isLeft = (key: string) => !keys.has(key) && numbered.has(withoutAttempt(key));
  return (folder) =>
    filesOf(path.join(objects, folder)).flatMap((file) => {
      const key = `${folder}/${file}`;
      const name = keys.has(key) ? firstAttempt(file) : file;
      return isLeft(key) ? [] : [{ name, path: path.join(objects, key) }];
    });
}

/** The names of the files in a folder, without those in its folders. */
function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

async function keysOfRows(data: string, bus: BusSettings): Promise<Set<string>> {
  const keys = new Set<string>();
  const pipeline = await openAt(data, bus);
  try {
    for await (const image of pipeline.images({})) keys.add(imageKey(image));
    for await (const { event } of pipeline.events({})) keys.add(differenceKey(event)).add(eventTextKey(event));
    for await (const { alert } of pipeline.alerts({})) keys.add(alertTextKey(alert));
  } finally {
    await pipeline.close();
  }
  return keys;
}

/** A key up to its number: 00005, of whatever format and attempt. */
function withoutAttempt(key: string): string {
  return firstAttempt(key).replace(/\.[a-z]+$/, '');
}

/** `00005.2.jpg` is the second attempt of `00005.jpg`. */
function firstAttempt(key: string): string {
  return key.replace(/\.\d+(?=\.[a-z]+$)/, '');
}
