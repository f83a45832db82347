import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { imgpipe } from '../support/imgpipe.ts';
import { catalogFile } from '../support/open-sqlite.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';

const PAGE = 4096;

/** A data folder with pictures, moved so that no stage takes its copies for copies. Each test damages one. */
const prepared = path.join(lastingFolder(), 'prepared');
beforeAll(async () => {
  await imgpipe(['run', '--count', '4', '--data', `${prepared}.before`]);
  renameSync(`${prepared}.before`, prepared);
});

function overwrite(file: string, offset: number, bytes: Uint8Array): void {
  const whole = readFileSync(file);
  whole.set(bytes.subarray(0, whole.length - offset), offset);
  writeFileSync(file, whole);
}

function zeroPages(file: string, isZeroed: (page: number) => boolean): void {
  const whole = readFileSync(file);
  for (let page = 0; page * PAGE < whole.length; page += 1) {
    if (isZeroed(page)) whole.fill(0, page * PAGE, (page + 1) * PAGE);
  }
  writeFileSync(file, whole);
}

function replace(file: string, make: (file: string) => unknown): void {
  rmSync(file, { force: true });
  make(file);
}

const DAMAGES: Record<string, (file: string) => void> = {
  'is empty': (file) => truncateSync(file, 0),
  'has only its first page, as it was before the tables': (file) => {
    truncateSync(file, PAGE);
    overwrite(file, 28, Buffer.from([0, 0, 0, 1]));
    // No version, and no table in the schema.
    overwrite(file, 60, Buffer.alloc(12));
    overwrite(file, 100, Buffer.from([13, 0, 0, 0, 0, 16, 0, 0]));
  },
  'is truncated within its first page': (file) => truncateSync(file, 1000),
  'is truncated to its first page': (file) => truncateSync(file, PAGE),
  'is truncated to its half': (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2 / PAGE) * PAGE),
  'is truncated within a page': (file) => truncateSync(file, readFileSync(file).length - PAGE - 7),
  'is a text file': (file) => writeFileSync(file, 'This is not a database.\n'.repeat(1000)),
  'is a short text file': (file) => writeFileSync(file, 'hello\n'),
  'is zeros': (file) => writeFileSync(file, Buffer.alloc(20 * PAGE)),
  'is garbage': (file) => writeFileSync(file, Buffer.alloc(20 * PAGE, 0xa5)),
  'has a first page of zeros': (file) => zeroPages(file, (page) => page === 0),
  'has a zeroed page of the schema': (file) => zeroPages(file, (page) => page > 0 && page < 6),
  'has only zeroed pages after the first': (file) => zeroPages(file, (page) => page > 0),
  'has garbage in the middle': (file) => overwrite(file, 2 * PAGE, Buffer.alloc(1_000_000, 0x5a)),
  'is a folder': (file) => replace(file, mkdirSync),
  'is a FIFO': (file) => replace(file, () => spawnSync('mkfifo', [file])),
  'is the database of another program': (file) => overwrite(file, 68, Buffer.from([1, 2, 3, 4])),
  'has a folder as its WAL': (file) => replace(`${file}-wal`, mkdirSync),
  'has a folder as the index of its WAL': (file) => replace(`${file}-shm`, mkdirSync),
};

describe('a catalog that', () => {
  it.each(Object.entries(DAMAGES))(
    '%s ends each command with one line, its name, the remedy and exit 1',
    async (_, damage) => {
      const data = path.join(temporaryFolder(), 'data');
      cpSync(prepared, data, { recursive: true });
      damage(catalogFile(data));
      for (const args of [['run', '--count', '2'], ['status']]) {
        const { status, stderr } = await imgpipe([...args, '--quiet', '--data', data]);
        expect({ args, status, stderr }).toEqual({
          args,
          status: 1,
          stderr: expect.stringMatching(
            new RegExp(
              `^imgpipe: the catalog ${catalogFile(data)} is damaged \\([^\\n]+\\): restore its folder from a backup, [^\\n]+\\n$`,
            ),
          ),
        });
      }
    },
  );

  it('has a WAL of garbage goes on without it', async () => {
    const data = path.join(temporaryFolder(), 'data');
    cpSync(prepared, data, { recursive: true });
    writeFileSync(`${catalogFile(data)}-wal`, Buffer.alloc(10 * PAGE, 0xa5));
    expect((await imgpipe(['run', '--count', '2', '--data', data])).status).toBe(0);
    expect((await imgpipe(['status', '--check', '--data', data])).status).toBe(0);
  });

  it('has lost its WAL with all of its tables is not taken for a new one', async () => {
    const data = path.join(temporaryFolder(), 'data');
    cpSync(prepared, data, { recursive: true });
    // What a killed first run leaves, but for the WAL.
    renameSync(catalogFile(data), `${catalogFile(data)}.whole`);
    writeFileSync(catalogFile(data), '');
    const { status, stderr } = await imgpipe(['run', '--count', '2', '--data', data]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('it is empty, although there is image_database/00001.jpg'),
    });
  });
});

describe('a lock file that is damaged', () => {
  it('is named with the remedy', async () => {
    const data = path.join(temporaryFolder(), 'data');
    cpSync(prepared, data, { recursive: true });
    const lock = path.join(data, 'locks/folder.lock');
    writeFileSync(lock, 'This is not a lock.\n'.repeat(100));
    const { status, stderr } = await imgpipe(['run', '--count', '2', '--quiet', '--data', data]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        new RegExp(`^imgpipe: the lock file ${lock} is damaged \\(file is not a database\\): [^\\n]+\\n$`),
      ),
    });
    rmSync(lock);
    expect((await imgpipe(['run', '--count', '2', '--data', data])).status).toBe(0);
  });
});
