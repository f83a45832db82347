import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSqliteCatalog } from '../../src/adapters/sqlite/catalog.ts';
import { openDataFolder } from '../../src/app/data-folder.ts';
import { sha256Of } from '../../src/base/digest.ts';
import { makeOldCatalog, versionOf } from '../support/old-catalogs.ts';
import { catalogFile } from '../support/open-sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder of version 5 with pending images of the stream sky, whose contents are their numbers, and with files. */
function oldFolder(images: number, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  const rows = Array.from({ length: images }, (_, index) => {
    const content = `picture ${index + 1}`;
    return `('sky', ${index + 1}, 'sky/${index + 1}.jpg', 'jpg', '/a', '${sha256Of(Buffer.from(content))}', 9, '2026-01-02T03:04:05.678Z', 'pending')`;
  });
  makeOldCatalog(
    5,
    folder,
    `INSERT INTO stream VALUES ('sky', ${images}, 0);
     INSERT INTO image (stream, number, incoming, format, origin, sha256, bytes, received_at, state) VALUES ${rows.join()};`,
  );
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

async function opened(folder: string) {
  const catalog = createSqliteCatalog(await openDataFolder(folder, { access: 'existing', as: 'a test' }));
  onTestFinished(() => catalog.close());
  return catalog;
}

describe('a data folder of version 5 with pictures in incoming/', () => {
  it('has them under their keys and ready once it is migrated, up to the first that is in neither place', async () => {
    const folder = oldFolder(5, {
      'incoming/sky/1.jpg': 'picture 1',
      'image_database/sky/00002.jpg': 'picture 2',
      'incoming/sky/3.jpg': 'picture 3',
      'image_database/sky/00003.jpg': 'picture 3',
      'incoming/sky/5.jpg': 'picture 5',
      'incoming/sky/no-row.jpg': 'a picture without a row',
    });
    const catalog = await opened(folder);
    const images = await catalog.images([1, 2, 3, 4, 5].map((number) => ({ stream: 'sky', number })));
    expect(images.map((image) => image?.state)).toEqual(['ready', 'ready', 'ready', undefined, undefined]);
    const stored = [1, 2, 3].map((number) => path.join(folder, `image_database/sky/0000${number}.jpg`));
    expect(stored.map((file) => readFileSync(file, 'utf8'))).toEqual(['picture 1', 'picture 2', 'picture 3']);
    expect((await catalog.counts()).streams).toMatchObject([{ stream: 'sky', images: 3, lastNumber: 3 }]);
    expect(existsSync(path.join(folder, 'incoming'))).toBe(false);
  });

  it('is not migrated while another file is under a key', async () => {
    const folder = oldFolder(1, {
      'incoming/sky/1.jpg': 'picture 1',
      'image_database/sky/00001.jpg': 'another picture',
    });
    await expect(opened(folder)).rejects.toMatchObject({
      code: 'object_conflict',
      message: expect.stringContaining('image_database/sky/00001.jpg'),
    });
    expect(versionOf(catalogFile(folder))).toBe(5);
    expect(readFileSync(path.join(folder, 'incoming/sky/1.jpg'), 'utf8')).toBe('picture 1');
  });
});
