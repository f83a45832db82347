import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { imgpipe, type Running, start } from '../support/imgpipe.ts';
import { untilTestEnds } from '../support/start-until-test-ends.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The folder of a pipeline of eight images, a backup of it from before the last four, and a free name. */
async function folders() {
  const parent = temporaryFolder();
  const data = path.join(parent, 'data');
  const backup = path.join(parent, 'backup');
  const run = () => imgpipe(['run', '--data', data, '--count', '4']);
  await run();
  cpSync(data, backup, { recursive: true });
  await run();
  return { data, backup, elsewhere: path.join(parent, 'elsewhere') };
}

type Folders = Awaited<ReturnType<typeof folders>>;

const CHANGES: readonly (readonly [string, (folders: Folders) => unknown])[] = [
  [
    'removed',
    ({ data, elsewhere }) => {
      // At once, as seen from the stages: those that miss a picture before the catalog is gone end with another error.
      renameSync(data, elsewhere);
      rmSync(elsewhere, { recursive: true });
    },
  ],
  ['moved', ({ data, elsewhere }) => renameSync(data, elsewhere)],
  [
    'removed and made again',
    async ({ data, elsewhere }) => {
      renameSync(data, elsewhere);
      rmSync(elsewhere, { recursive: true });
      await imgpipe(['receive', '--data', data, '--count', '8']);
    },
  ],
  [
    'replaced by a backup',
    ({ data, backup, elsewhere }) => {
      renameSync(data, elsewhere);
      renameSync(backup, data);
    },
  ],
  ['deprived of its locks', ({ data }) => rmSync(path.join(data, 'locks'), { recursive: true })],
];

/** The arguments of stages that work, or wait, until they are stopped. */
const STAGES = [
  ['analyze'],
  ['alert'],
  ['run', '--count', '100000', '--interval', '20ms'],
  ['receive', '--count', '100000', '--interval', '20ms'],
];

/** Resolves once the stage receives or consumes. */
async function untilWorking({ child }: Running, data: string): Promise<void> {
  const isWorking = () =>
    readdirSync(path.join(data, 'locks')).some(
      (file) => file.includes(`.${child.pid}-`) && /^(consumer|stream)-/.test(file),
    );
  await expect.poll(isWorking, { timeout: 20_000 }).toBe(true);
}

describe.each(CHANGES)('a data folder that is %s under running stages', (_, change) => {
  it.each(STAGES)('stops %s with one line and exit 1', async (...args) => {
    const all = await folders();
    const stage = untilTestEnds(start([...args, '--data', all.data]));
    await untilWorking(stage, all.data);
    const before = stage.stderr();
    const changing = change(all);
    const began = performance.now();
    const { status, stderr } = await stage.ended;
    const lines = stderr.slice(before.length).trim().split('\n');
    // Before it notices, a stage may go on telling its progress, or say once that it waits for a picture or its folder.
    const stopping = lines.filter((line) => /(imgpipe\.db|\.lock) was (removed or moved|replaced) while /.test(line));
    expect({ status, stopping, stacks: lines.filter((line) => /^\s+at /.test(line)) }).toEqual({
      status: 1,
      stopping: lines.slice(-1),
      stacks: [],
    });
    expect(performance.now() - began).toBeLessThan(6000);
    await changing;
  });
});

describe('after a backup was moved into the place of the folder', () => {
  it('ordinary stages complete it', async () => {
    const { data, backup, elsewhere } = await folders();
    const stages = [['analyze'], ['alert']].map((args) => untilTestEnds(start([...args, '--data', data])));
    for (const stage of stages) await untilWorking(stage, data);
    renameSync(data, elsewhere);
    renameSync(backup, data);
    expect((await Promise.all(stages.map(({ ended }) => ended))).map(({ status }) => status)).toEqual([1, 1]);
    expect((await imgpipe(['run', '--data', data, '--count', '4'])).status).toBe(0);
    const { status, stdout } = await imgpipe(['status', '--check', '--json', '--data', data]);
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, lost: 0, images: 8 });
  });
});

describe('a stage that drains', () => {
  it('does not end with exit 0 if its folder was removed while it stood by', async () => {
    const { data } = await folders();
    const first = untilTestEnds(start(['analyze', '--data', data]));
    await untilWorking(first, data);
    first.child.kill('SIGSTOP');
    await imgpipe(['receive', '--data', data, '--count', '1']);
    const draining = untilTestEnds(start(['analyze', '--drain', '--data', data]));
    await draining.until(/is standing by/);
    rmSync(data, { recursive: true, maxRetries: 20, retryDelay: 20 });
    first.child.kill('SIGCONT');
    expect((await draining.ended).status).toBe(1);
    expect((await first.ended).status).toBe(1);
  });
});
