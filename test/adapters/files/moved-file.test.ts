import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasLeft } from '../../../src/adapters/files/moved-file.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TIME = new Date('2026-01-02T03:04:05.678Z');
const LATER = new Date('2026-01-02T03:04:06.000Z');

/** A file that an image was received from, and what the image knows of it. */
function received() {
  const folder = temporaryFolder();
  const bytes = Buffer.from('a picture');
  const at = (name: string) => path.join(folder, name);
  const write = (name: string, contents: Uint8Array | string, time = TIME) => {
    writeFileSync(at(name), contents);
    utimesSync(at(name), time, time);
  };
  write('a.jpg', bytes);
  const image = {
    sha256: sha256Of(bytes),
    bytes: bytes.length,
    file: { host: 'here', modifiedAt: TIME.toISOString() },
  };
  return { at, write, bytes, left: (name = 'a.jpg') => hasLeft(at(name), image) };
}

describe('the file of an image', () => {
  it('has left its path if it was renamed, or its folder was', async () => {
    const { at, left } = received();
    expect(await left()).toBe(false);
    renameSync(at('a.jpg'), at('b.jpg'));
    expect(await left()).toBe(true);
    expect(await left('no/such/folder.jpg')).toBe(true);
    expect(await left('b.jpg/in-a-file.jpg')).toBe(true);
  });

  it('has left if another file has taken its path, of another size or of the same', async () => {
    const { write, left } = received();
    write('a.jpg', 'another picture');
    expect(await left()).toBe(true);
    write('a.jpg', 'A picture', LATER);
    expect(await left()).toBe(true);
  });

  it('is still there if only its time has changed', async () => {
    const { write, bytes, left } = received();
    write('a.jpg', bytes, LATER);
    expect(await left()).toBe(false);
  });

  it('is followed through a symbolic link, and has not left if only its target is missing', async () => {
    const { at, left } = received();
    symlinkSync(at('a.jpg'), at('link.jpg'));
    expect(await left('link.jpg')).toBe(false);
    rmSync(at('a.jpg'));
    expect(await left('link.jpg')).toBe(false);
    rmSync(at('link.jpg'));
    expect(await left('link.jpg')).toBe(true);
  });

  it('has not left if that cannot be told', async () => {
    const { at, left } = received();
    rmSync(at('a.jpg'));
    mkdirSync(at('a.jpg'));
    expect(await left()).toBe(false);
    symlinkSync(at('loop'), at('loop'));
    expect(await left('loop/a.jpg')).toBe(false);
    expect(await left('zero\0byte')).toBe(false);
  });
});
