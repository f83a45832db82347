import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileObjectStore } from '../../../src/adapters/files/object-store.ts';
import { processTable } from '../../../src/base/process-table.ts';
import { objectStoreContract } from '../../contracts/object-store.ts';
import { startProgram } from '../../support/imgpipe.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { smallDisk, whyNoDisk } from '../../support/tmpfs.ts';

const KEY = 'image_database/00001.jpg';

function temporaryFiles(folder: string): string[] {
  return readdirSync(path.join(folder, '.tmp'));
}

/** The pid of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return Number(child.pid);
}

const DESCRIPTORS = '/proc/self/fd';

/** How many descriptors of a file this process holds. */
function descriptorsOf(file: string): number {
  const target = (descriptor: string) => {
    try {
      return readlinkSync(path.join(DESCRIPTORS, descriptor));
    } catch {
      // The descriptor of the listing itself is closed by now.
      return '';
    }
  };
  return readdirSync(DESCRIPTORS).filter((descriptor) => target(descriptor) === file).length;
}

/** An opened object of this size, and its file. */
async function opened(bytes: number) {
  const store = createFileObjectStore(temporaryFolder());
  await store.put([{ key: KEY, bytes: Buffer.alloc(bytes, 7) }]);
  const object = await store.open(KEY);
  if (object === undefined) throw new Error('the object is missing');
  return { file: store.locate(KEY), bytes: object.bytes };
}

describe('the object store in a folder', () => {
  objectStoreContract(async () => ({ store: createFileObjectStore(temporaryFolder()) }));

  it('leaves no temporary file once a put has resolved', async () => {
    const folder = temporaryFolder();
    const store = createFileObjectStore(folder);
    await store.put([{ key: KEY, bytes: Buffer.from('a') }]);
    await store.put([{ key: KEY, bytes: Buffer.from('b') }]);
    expect(temporaryFiles(folder)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['.tmp', 'image_database']);
  });

  it('collects the temporary files of dead writers, and nothing else', async () => {
    const folder = temporaryFolder();
    const store = createFileObjectStore(folder);
    await store.collectGarbage();
    await store.put([{ key: KEY, bytes: Buffer.from('a') }]);
    const dead = await deadProcess();
    const { id } = processTable();
    const files = [`${id}-${dead}-a`, `${id}-${process.pid}-a`, `${id}-1-a`, 'a foreign note', `note-${dead}`];
    for (const file of files) writeFileSync(path.join(folder, '.tmp', file), '');
    mkdirSync(path.join(folder, '.tmp', `${id}-${dead}-folder`));
    await store.collectGarbage();
    expect(temporaryFiles(folder).sort()).toEqual([...files.slice(1), `${id}-${dead}-folder`].sort());
    expect(await store.list('image_database')).toEqual([KEY]);
  });

  it('collects a temporary file of another container or host, or of an unknown one, once it is a day old', async () => {
    const folder = temporaryFolder();
    const store = createFileObjectStore(folder);
    await store.put([{ key: KEY, bytes: Buffer.from('a') }]);
    const dead = await deadProcess();
    const at = (file: string) => path.join(folder, '.tmp', file);
    const [foreign, former, note] = [`${'0'.repeat(12)}-${dead}-a`, `${dead}-a`, 'a foreign note'];
    for (const file of [foreign, former, note]) {
      writeFileSync(at(file), '');
      utimesSync(at(file), 0, Date.now() / 1000 - 23 * 3600);
    }
    await store.collectGarbage();
    expect(temporaryFiles(folder).sort()).toEqual([foreign, former, note].sort());
    for (const file of [foreign, former, note]) utimesSync(at(file), 0, Date.now() / 1000 - 25 * 3600);
    await store.collectGarbage();
    expect(temporaryFiles(folder)).toEqual([note]);
  });

  it('keeps folders that hold files of others', async () => {
    const folder = temporaryFolder();
    const store = createFileObjectStore(folder);
    await store.put([{ key: 'image_database/sky/00001.jpg', bytes: Buffer.from('a') }]);
    writeFileSync(path.join(folder, 'image_database/sky/mine.txt'), '');
    await store.remove(['image_database/sky/00001.jpg']);
    expect(await store.list('image_database')).toEqual(['image_database/sky/mine.txt']);
  });

  it('treats only ENOENT as missing', async () => {
    const folder = temporaryFolder();
    const store = createFileObjectStore(folder);
    mkdirSync(path.join(folder, KEY), { recursive: true });
    writeFileSync(path.join(folder, 'image_event_database'), 'a file instead of a folder');
    await expect(store.get(KEY)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(store.get('image_event_database/image_event_001.txt')).rejects.toMatchObject({
      code: 'config_invalid',
    });
  });

  it.skipIf(process.platform === 'win32')(
    'neither follows a link nor waits for a pipe when it opens an object',
    async () => {
      const folder = temporaryFolder();
      const store = createFileObjectStore(folder);
      await store.put([{ key: KEY, bytes: Buffer.from('a') }]);
      const at = (name: string) => path.join(folder, 'image_database', name);
      mkdirSync(at('folder.jpg'));
      execFileSync('mkfifo', [at('pipe.jpg')]);
      symlinkSync(at('00001.jpg'), at('link.jpg'));
      symlinkSync('nowhere', at('dangling.jpg'));
      for (const name of ['folder.jpg', 'pipe.jpg', 'link.jpg', 'dangling.jpg']) {
        const error = {
          code: 'store_unavailable',
          message: expect.stringContaining(`${at(name)} is not a regular file`),
        };
        await expect(store.size(`image_database/${name}`)).rejects.toMatchObject(error);
        await expect(store.open(`image_database/${name}`)).rejects.toMatchObject(error);
      }
      await expect(store.size(`${KEY}/00001.jpg`)).rejects.toMatchObject({ code: 'config_invalid' });
    },
  );

  it.skipIf(process.platform === 'win32')(
    'has no digest of a folder or a pipe, and does not wait for the writer of a pipe',
    async () => {
      const folder = temporaryFolder();
      const store = createFileObjectStore(folder);
      const at = (name: string) => path.join(folder, 'image_database', name);
      mkdirSync(at('folder.jpg'), { recursive: true });
      execFileSync('mkfifo', [at('pipe.jpg')]);
      symlinkSync('nowhere', at('dangling.jpg'));
      for (const name of ['folder.jpg', 'pipe.jpg']) {
        await expect(store.digest(`image_database/${name}`)).rejects.toMatchObject({
          code: 'object_damaged',
          message: expect.stringContaining(`${at(name)} is not a regular file`),
        });
      }
      expect(await store.digest('image_database/dangling.jpg')).toBeUndefined();
      await expect(store.get('image_database/pipe.jpg')).rejects.toMatchObject({
        code: 'object_damaged',
        message: expect.stringContaining(`${at('pipe.jpg')} is not a regular file`),
      });
    },
  );

  it.runIf(process.platform === 'linux')(
    'neither reads a device nor waits for bytes of a pipe that is held open',
    async () => {
      const folder = temporaryFolder();
      const store = createFileObjectStore(folder);
      const at = (name: string) => path.join(folder, 'image_database', name);
      mkdirSync(at(''), { recursive: true });
      symlinkSync('/dev/zero', at('device.jpg'));
      execFileSync('mkfifo', [at('pipe.jpg')]);
      const held = openSync(at('pipe.jpg'), constants.O_RDWR);
      onTestFinished(() => closeSync(held));
      for (const name of ['device.jpg', 'pipe.jpg']) {
        await expect(store.get(`image_database/${name}`)).rejects.toMatchObject({ code: 'object_damaged' });
        await expect(store.digest(`image_database/${name}`)).rejects.toMatchObject({ code: 'object_damaged' });
      }
    },
  );

  it('has no bytes of a file that is larger than any picture', async () => {
    const folder = temporaryFolder();
    const store = createFileObjectStore(folder);
    mkdirSync(path.join(folder, 'image_database'));
    writeFileSync(path.join(folder, KEY), '');
    truncateSync(path.join(folder, KEY), 2 ** 42);
    await expect(store.get(KEY)).rejects.toMatchObject({ code: 'object_damaged' });
  });

  it('digests large files in little memory', async () => {
    const folder = temporaryFolder();
    const store = createFileObjectStore(folder);
    mkdirSync(path.join(folder, 'image_database'));
    const file = path.join(folder, KEY);
    writeFileSync(file, '');
    const size = 200_000_000;
    truncateSync(file, size);
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers);
    }, 1);
    const before = process.memoryUsage().arrayBuffers;
    expect((await store.digest(KEY))?.size).toBe(size);
    clearInterval(watch);
    expect(peak - before).toBeLessThan(5_000_000);
  });

  it.each([
    ['shorter', 100_000],
    ['longer', 300_000],
  ])('fails to read a file that has become %s since it was opened', async (_, length) => {
    const { file, bytes } = await opened(200_000);
    truncateSync(file, length);
    await expect(buffer(bytes)).rejects.toMatchObject({
      code: 'object_damaged',
      message: expect.stringContaining(file),
    });
  });

  it('fails to read a file that is truncated meanwhile', async () => {
    const { file, bytes } = await opened(200_000);
    const reader = bytes.getReader();
    await reader.read();
    truncateSync(file, 70_000);
    const rest = async () => {
      for (;;) if ((await reader.read()).done) return;
    };
    await expect(rest()).rejects.toMatchObject({ code: 'object_damaged' });
  });

  it('reads no more of a growing file than its size when it was opened', async () => {
    const { file, bytes } = await opened(200_000);
    const reader = bytes.getReader();
    let length = (await reader.read()).value?.length ?? 0;
    truncateSync(file, 300_000);
    for (let next = await reader.read(); !next.done; next = await reader.read()) length += next.value.length;
    expect(length).toBe(200_000);
  });

  describe.skipIf(!existsSync(DESCRIPTORS))('holds a descriptor', () => {
    it('from the first read to the last', async () => {
      const { file, bytes } = await opened(200_000);
      expect(descriptorsOf(file)).toBe(0);
      const reader = bytes.getReader();
      await reader.read();
      expect(descriptorsOf(file)).toBe(1);
      while (!(await reader.read()).done);
      expect(descriptorsOf(file)).toBe(0);
    });

    it('not after a cancel or a failure', async () => {
      const cancelled = await opened(200_000);
      const reader = cancelled.bytes.getReader();
      await reader.read();
      await reader.cancel();
      const failed = await opened(200_000);
      truncateSync(failed.file, 1);
      await buffer(failed.bytes).catch(() => {});
      expect([descriptorsOf(cancelled.file), descriptorsOf(failed.file)]).toEqual([0, 0]);
    });

    it('not after its size was read', async () => {
      const store = createFileObjectStore(temporaryFolder());
      await store.put([{ key: KEY, bytes: Buffer.from('a') }]);
      await store.size(KEY);
      const folder = store.locate('image_database');
      await store.size('image_database').catch(() => {});
      expect([descriptorsOf(store.locate(KEY)), descriptorsOf(folder)]).toEqual([0, 0]);
    });
  });

  describe.skipIf(whyNoDisk !== undefined)(`on a full disk${whyNoDisk ? ` (skipped: ${whyNoDisk})` : ''}`, () => {
    it('fails with disk_full, leaves no partial file, and works again when there is space', async () => {
      const folder = smallDisk('256k');
      const store = createFileObjectStore(folder);
      await store.put([{ key: KEY, bytes: Buffer.alloc(100_000) }]);
      const ballast = path.join(folder, 'ballast');
      writeFileSync(ballast, Buffer.alloc(100_000));
      const object = { key: 'image_database/00002.jpg', bytes: Buffer.alloc(100_000, 1) };
      await expect(store.put([object])).rejects.toMatchObject({
        code: 'disk_full',
        message: expect.stringMatching(
          new RegExp(`^the disk that holds ${folder}.* is full \\(ENOSPC\\): free some space on it$`),
        ),
      });
      expect(await store.get(object.key)).toBeUndefined();
      expect(temporaryFiles(folder)).toEqual([]);
      rmSync(ballast);
      expect(await store.put([object])).toEqual(['added']);
      expect(statSync(store.locate(object.key)).size).toBe(100_000);
    });
  });

  describe.skipIf(process.getuid?.() !== 0)(
    'for a user without permission (skipped unless the tests run as root)',
    () => {
      it('fails with no_permission in every method, and changes nothing', async () => {
        const folder = temporaryFolder();
        const store = createFileObjectStore(folder);
        await store.put([{ key: KEY, bytes: Buffer.from('a') }]);
        const child = startProgram('../support/programs/use-object-store.ts', [folder, '65534']);
        const { stdout, stderr } = await child.ended;
        expect(stderr).toBe('');
        const codes = JSON.parse(stdout) as Record<string, string>;
        const tried = ['put', 'remove', 'get', 'digest', 'size', 'open', 'list'];
        expect(codes).toEqual(Object.fromEntries(tried.map((name) => [name, 'no_permission'])));
        expect(await store.list('image_database')).toEqual([KEY]);
      });
    },
  );
});
