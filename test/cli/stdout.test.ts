import { type StdioOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../support/imgpipe.ts';
import { png } from '../support/pictures.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { smallDisk, whyNoDisk } from '../support/tmpfs.ts';

const folder = lastingFolder();
const data = path.join(folder, 'data');
const [grey, other] = [path.join(folder, 'grey.png'), path.join(folder, 'other.png')];

/** Runs imgpipe with stdout, and optionally stderr, at the end of a file. */
async function into(files: { stdout: string; stderr?: string }, ...args: string[]) {
  const out = openSync(files.stdout, 'a');
  const err = files.stderr === undefined ? 'pipe' : openSync(files.stderr, 'a');
  const stdio: StdioOptions = ['ignore', out, err];
  const env = { ...process.env, NO_COLOR: '1', IMGPIPE_DATA: data };
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/imgpipe.js'), ...args], { stdio, env });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    stderr += more;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  for (const each of [out, err]) if (typeof each === 'number') closeSync(each);
  return { status, stderr };
}

beforeAll(async () => {
  writeFileSync(grey, png([100, 100, 100]));
  writeFileSync(other, png([200, 100, 100]));
  await into({ stdout: '/dev/null' }, 'run', '--count', '4', '--quiet');
});

const COMMANDS = [
  '--version',
  '--help',
  'run --help',
  'help status',
  'run --count 2',
  'run --count 2 --json',
  'receive --count 1',
  'view 1',
  'view 1 --json',
  'status',
  'status --check --json',
  'clean --dry-run',
];

describe.skipIf(!existsSync('/dev/full'))('a full disk behind stdout', () => {
  test('is one clear line and exit 4, for every command', async () => {
    const lines = [...COMMANDS, `compare ${grey} ${other}`];
    for (const line of lines) {
      const { status, stderr } = await into({ stdout: '/dev/full' }, ...line.split(' '));
      const errors = stderr.split('\n').filter((each) => each.startsWith('imgpipe:'));
      expect({ line, status, errors }).toEqual({
        line,
        status: 4,
        errors: [
          'imgpipe: the output cannot be written to stdout: the disk behind it is full (ENOSPC): free some space on it',
        ],
      });
      expect(stderr).not.toMatch(/^ +at /m);
    }
  });

  test('stops an endless stage', async () => {
    await into({ stdout: '/dev/null' }, 'receive', '--count', '4', '--quiet');
    expect((await into({ stdout: '/dev/full' }, 'analyze')).status).toBe(4);
  });

  test('behind stderr too does not hide the exit status', async () => {
    expect((await into({ stdout: '/dev/full', stderr: '/dev/full' }, 'status')).status).toBe(4);
    expect((await into({ stdout: '/dev/null', stderr: '/dev/full' }, 'view', '99')).status).toBe(3);
  });
});

describe.skipIf(whyNoDisk !== undefined)(`a disk that gets full${whyNoDisk ? ` (skipped: ${whyNoDisk})` : ''}`, () => {
  test('while a text is written is not taken for a success', async () => {
    const whole = path.join(temporaryFolder(), 'whole');
    await into({ stdout: whole }, 'run', '--help');
    // The last pages of the disk hold a part of the text.
    const disk = smallDisk('64k');
    const filler = path.join(disk, 'filler');
    const last = path.join(disk, 'last');
    const text = readFileSync(whole);
    writeFileSync(last, Buffer.alloc(4096 - 100));
    try {
      writeFileSync(filler, Buffer.alloc(64 * 1024));
    } catch {}
    const { status, stderr } = await into({ stdout: last }, 'run', '--help');
    expect(readFileSync(last).length).toBeLessThan(4096 - 100 + text.length);
    expect({ status, lines: stderr.trim().split('\n').length }).toEqual({ status: 4, lines: 1 });
  });
});
