import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canRunAsNobody, imgpipe, NOBODY } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HINT = (owner: string, uid: number, what: 'folder' | 'file') =>
  `belongs to ${owner}, but this process runs as uid ${NOBODY}: run it as uid ${uid} (in Docker: --user ${uid}), or give it the ${what} (${what === 'file' ? 'chown' : 'chown -R'} ${NOBODY}:${NOBODY})`;

/** A folder that everybody can search. */
function openFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  return folder;
}

const asNobody = (line: string, data: string) => imgpipe([...line.split(' '), '--data', data], { uid: NOBODY });

describe.skipIf(!canRunAsNobody)('what belongs to another user (skipped unless the tests run as root)', () => {
  it('is named with its owner: an empty folder', async () => {
    const data = openFolder();
    expect(await asNobody('run --quiet', data)).toMatchObject({
      status: 4,
      stderr: `imgpipe: data: ${data}/imgpipe.db cannot be opened: ${data} ${HINT('root (uid 0)', 0, 'folder')}, or choose another folder with --data\n`,
    });
    expect(readdirSync(data)).toEqual([]);
  });

  it('is named with its owner: the folder of a pipeline', async () => {
    const data = path.join(openFolder(), 'data');
    await imgpipe(['run', '--count', '1', '--quiet', '--data', data]);
    chownSync(data, 1234, 1234);
    for (const line of ['run --quiet', 'status', 'list alerts']) {
      const { status, stderr } = await asNobody(line, data);
      expect([line, status, stderr]).toEqual([
        line,
        4,
        `imgpipe: data: ${data}/imgpipe.db cannot be read or written (EACCES): ${data} ${HINT('uid 1234', 1234, 'folder')}, or choose another folder with --data\n`,
      ]);
    }
  });

  it('is named with its owner: a folder or a catalog within the data folder', async () => {
    const data = path.join(openFolder(), 'data');
    await imgpipe(['run', '--count', '1', '--quiet', '--data', data]);
    chownSync(data, NOBODY, NOBODY);
    const catalog = await asNobody('run --quiet', data);
    expect(catalog.stderr).toContain(`: ${data}/imgpipe.db ${HINT('root (uid 0)', 0, 'file')}`);
    chownSync(data, 0, 0);
    chmodSync(data, 0o755);
    const both = await asNobody('list alerts', data);
    expect(both.stderr).toContain(`: ${data} ${HINT('root (uid 0)', 0, 'folder')}`);
    chownSync(data, NOBODY, NOBODY);
    chownSync(path.join(data, 'imgpipe.db'), NOBODY, NOBODY);
    const locks = await asNobody('run --quiet', data);
    expect(locks).toMatchObject({ status: 4, stderr: expect.stringContaining(HINT('root (uid 0)', 0, 'folder')) });
  });

  it('is named with its owner: the file of a token', async () => {
    const folder = openFolder();
    const token = path.join(folder, 'token');
    writeFileSync(token, 'a token of more than 16 letters', { mode: 0o600 });
    const data = path.join(folder, 'data');
    mkdirSync(data);
    chownSync(data, NOBODY, NOBODY);
    await asNobody('run --count 1 --quiet', data);
    expect(await asNobody(`serve --port 0 --token-file ${token}`, data)).toMatchObject({
      status: 2,
      stderr: `imgpipe: token_file: the file ${token} cannot be read (EACCES): ${token} ${HINT('root (uid 0)', 0, 'file')}\n`,
    });
  });

  it('is not the reason if it is this user who has taken the right away', async () => {
    const data = openFolder();
    chownSync(data, NOBODY, NOBODY);
    chmodSync(data, 0o555);
    const { stderr } = await asNobody('run --quiet', data);
    expect(stderr).toMatch(/check that its folder exists and that this user can write to it\n$/);
  });
});
