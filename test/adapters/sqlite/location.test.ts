import { cpSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fencedPipeline } from '../../support/clean-catalog.ts';
import { imgpipe } from '../../support/imgpipe.ts';
import { catalogFile, openSqlite } from '../../support/open-sqlite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A folder with a catalog whose location is recorded, and a free name beside it. */
async function recorded() {
  const parent = realpathSync(temporaryFolder());
  const folder = path.join(parent, 'data');
  mkdirSync(folder);
  const { catalog, close } = await openSqlite(folder);
  await catalog.recordLocation();
  const { pipelineId } = await catalog.identity();
  await close();
  return { parent, folder, other: path.join(parent, 'other'), pipelineId };
}

/** The location that a catalog in the folder finds. */
async function locationIn(folder: string) {
  const { catalog, close } = await openSqlite(folder);
  try {
    return await catalog.location();
  } finally {
    await close();
  }
}

describe('a catalog', () => {
  it('has no recorded location at first', async () => {
    expect(await locationIn(temporaryFolder())).toEqual({ kind: 'unrecorded' });
  });

  it('is the same where it was, also through a link', async () => {
    const { folder, other } = await recorded();
    expect(await locationIn(folder)).toEqual({ kind: 'same' });
    symlinkSync(folder, other);
    expect(await locationIn(other)).toEqual({ kind: 'same' });
  });

  it('was moved if there is nothing where it was', async () => {
    const { folder, other } = await recorded();
    renameSync(folder, other);
    expect(await locationIn(other)).toEqual({ kind: 'moved', from: folder, to: other });
  });

  it('is the same if a link leads there from where it was', async () => {
    const { folder, other } = await recorded();
    renameSync(folder, other);
    symlinkSync(other, folder);
    expect(await locationIn(other)).toEqual({ kind: 'same' });
  });

  it('is the same if a backup of it was put where it was', async () => {
    const { folder, other } = await recorded();
    cpSync(folder, other, { recursive: true });
    rmSync(folder, { recursive: true });
    renameSync(other, folder);
    expect(await locationIn(folder)).toEqual({ kind: 'same' });
  });

  it('is a copy if the same pipeline still exists where it was, also while a stage uses that one', async () => {
    const { folder, other } = await recorded();
    cpSync(folder, other, { recursive: true });
    const copied = { kind: 'copied', from: folder, to: other };
    expect(await locationIn(other)).toEqual(copied);
    const { catalog } = await openSqlite(folder);
    await catalog.setBus({ id: 'embedded', address: 'embedded' }, null);
    expect(await locationIn(other)).toEqual(copied);
    expect(await catalog.location()).toEqual({ kind: 'same' });
  });

  it.each<readonly [string, (folder: string) => unknown]>([
    ['another pipeline', async (folder) => (await openSqlite(folder)).close()],
    ['a text file', (folder) => writeFileSync(catalogFile(folder), 'hello')],
    ['an empty file', (folder) => writeFileSync(catalogFile(folder), '')],
    ['a folder', (folder) => mkdirSync(catalogFile(folder))],
  ])('was moved if %s is where it was', async (_, make) => {
    const { folder, other } = await recorded();
    renameSync(folder, other);
    mkdirSync(folder);
    await make(folder);
    expect(await locationIn(other)).toEqual({ kind: 'moved', from: folder, to: other });
  });

  it('is no copy any more once it is separated, and neither is the original', async () => {
    const { folder, other, pipelineId } = await recorded();
    cpSync(folder, other, { recursive: true });
    const { catalog, close } = await openSqlite(other);
    await catalog.separateCopy(await fencedPipeline(catalog));
    expect((await catalog.identity()).pipelineId).not.toBe(pipelineId);
    await close();
    expect(await locationIn(other)).toEqual({ kind: 'same' });
    expect(await locationIn(folder)).toEqual({ kind: 'same' });
  });

  it('leaves nothing behind where it has looked', async () => {
    const parent = realpathSync(temporaryFolder());
    const [folder, other] = [path.join(parent, 'data'), path.join(parent, 'other')];
    await imgpipe(['receive', '--count', '0', '--data', folder]);
    cpSync(folder, other, { recursive: true });
    const before = readdirSync(folder);
    expect(before).not.toContain('imgpipe.db-wal');
    expect(await locationIn(other)).toEqual({ kind: 'copied', from: folder, to: other });
    expect(readdirSync(folder)).toEqual(before);
  });
});
