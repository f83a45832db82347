import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLocks } from '../../src/adapters/sqlite/locks.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { createNamespace, killIn, type Namespace, whyNoNamespace } from '../support/pid-namespace.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const why = whyNoNamespace === undefined ? '' : ` (skipped: ${whyNoNamespace})`;

describe.skipIf(why !== '')(`containers that share a data folder${why}`, () => {
  it('know of each stage whether it is alive in their own', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const alive = async (container: Namespace) =>
      (await container.imgpipe(['status', '--alive', 'analyze', '--data', data]).ended).status;
    const [one, other] = [await createNamespace(), await createNamespace()];
    await imgpipe(['receive', '--count', '0', '--data', data]);
    const [killed, running] = [one, other].map((each) => each.imgpipe(['analyze', '--data', data]));
    await expect.poll(async () => [await alive(one), await alive(other)]).toEqual([0, 0]);
    if (killed !== undefined) await killIn(killed);
    expect([await alive(one), await alive(other)]).toEqual([1, 0]);
    expect(running?.child.exitCode).toBeNull();
    const outside = await imgpipe(['status', '--alive', 'analyze', '--data', data]);
    expect(outside).toMatchObject({ status: 1, stderr: expect.stringContaining('it has no heartbeat') });
  });

  it('name the holder of a lock that is in another one, until it is killed', async () => {
    const folder = temporaryFolder();
    const own = createLocks(path.join(folder, 'locks'));
    onTestFinished(() => own.releaseAll());
    const hold = ['--import', 'tsx', 'test/support/programs/hold-lock.ts', folder, 'stream-sky'];
    const [one, other] = [await createNamespace(), await createNamespace()];
    const holder = one.exec(hold);
    await holder.until(/^locked/);
    const { holder: name } = (await own.lock('stream-sky', 'this test')) as { holder: string };
    expect(name).toMatch(/^the holder \(process \d+\) in a container$/);
    const waiting = other.exec(hold);
    await waiting.until(/^held by the holder \(process \d+\) outside this container$/m);
    await killIn(holder);
    expect(await own.lock('stream-sky', 'this test')).toHaveProperty('lock');
  });
});
