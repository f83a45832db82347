import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { sha256Of } from '../base/digest.ts';

/** A script, style sheet or icon of the pages, as served. */
export interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the assets once, by file name. No request reads a file of this folder. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = path.dirname(createRequire(import.meta.url).resolve('#viewer/style.css'));
  const names = (await readdir(folder)).filter((name) => path.extname(name) in TYPES);
  const assets = names.map(async (name) => {
    const bytes = new Uint8Array(await readFile(path.join(folder, name)));
    const etag = `"${sha256Of(bytes).slice(0, 32)}"`;
    return [name, { bytes, etag, type: TYPES[path.extname(name)] ?? '' }] as const;
  });
  return new Map(await Promise.all(assets));
}
