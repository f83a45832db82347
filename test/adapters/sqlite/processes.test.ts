import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLocks } from '../../../src/adapters/sqlite/locks.ts';
import { auditOf } from '../../support/audit.ts';
import type { Running } from '../../support/imgpipe.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { startUntilTestEnds } from '../../support/start-until-test-ends.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a catalog that several processes create and write at once', () => {
  it('assigns each number once and without holes, and no process fails', async () => {
    const folder = temporaryFolder();
    const writers = [1, 2, 3, 4].map(() =>
      startUntilTestEnds('add-images.ts', [folder, '25', '4', '2'], { WAIT_FOR_GO: 'yes' }),
    );
    await Promise.all(writers.map((writer) => writer.until(/ready/)));
    for (const { child } of writers) child.kill('SIGUSR2');
    const ended = await Promise.all(writers.map((writer) => writer.ended));
    expect(ended.map(({ status, stderr }) => [status, stderr])).toEqual(writers.map(() => [0, '']));
    const results = ended.map(({ stdout }) => JSON.parse(stdout.slice(stdout.indexOf('{'))) as Results);
    const all = (of: keyof Results) => results.flatMap((result) => result[of]).sort((a, b) => a - b);
    expect(all('images')).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
    expect(all('events')).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    const { catalog } = await openSqlite(folder);
    expect(await auditOf(catalog, 'l2@2')).toMatchObject({ images: 400, events: 200, faults: [] });
  });
});

interface Results {
  readonly images: number[];
  readonly events: number[];
}

describe('a lock of another process', () => {
  function locks(folder: string) {
    const own = createLocks(path.join(folder, 'locks'));
    onTestFinished(() => own.releaseAll());
    return own;
  }

  async function holder(folder: string, mode: 'exclusive' | 'shared'): Promise<Running> {
    const running = startUntilTestEnds('hold-lock.ts', [folder, 'stream-sky', mode]);
    await running.until(/locked/);
    return running;
  }

  it('is kept while its holder is suspended, and freed at once when its holder is killed', async () => {
    const folder = temporaryFolder();
    const own = locks(folder);
    const other = await holder(folder, 'exclusive');
    const name = `the holder (process ${other.child.pid})`;
    expect(await own.lock('stream-sky', 'this test')).toEqual({ holder: name });
    other.child.kill('SIGSTOP');
    expect(await own.lock('stream-sky', 'this test')).toEqual({ holder: name });
    other.child.kill('SIGKILL');
    await other.ended;
    expect(await own.lock('stream-sky', 'this test')).toHaveProperty('lock');
  });

  it('can be shared, but not acquired exclusively, and reports only holders that are alive', async () => {
    const folder = temporaryFolder();
    const own = locks(folder);
    const [first, second] = await Promise.all([holder(folder, 'shared'), holder(folder, 'shared')]);
    const shared = await own.lock('stream-sky', 'this test', 'shared');
    expect(shared).toHaveProperty('lock');
    if ('lock' in shared) await shared.lock.release();
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await own.lock('stream-sky', 'this test')).toEqual({
      holder: `the holder (process ${second.child.pid})`,
    });
    second.child.kill('SIGKILL');
    await second.ended;
    expect(await own.lock('stream-sky', 'this test')).toHaveProperty('lock');
  });

  it('reports its holder even if the previous one was killed', async () => {
    const folder = temporaryFolder();
    const own = locks(folder);
    const dead = await holder(folder, 'exclusive');
    dead.child.kill('SIGKILL');
    await dead.ended;
    const living = await holder(folder, 'exclusive');
    expect(await own.lock('stream-sky', 'this test')).toEqual({
      holder: `the holder (process ${living.child.pid})`,
    });
  });
});
