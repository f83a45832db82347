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

/** Removes a folder at once, as seen from the stages, which may write into it until it is gone. */
function remove(folder: string, elsewhere: string): void {
  renameSync(folder, elsewhere);
  rmSync(elsewhere, { recursive: true, maxRetries: 20, retryDelay: 20 });
}

const CHANGES: readonly (readonly [string, (folders: Folders) => unknown])[] = [
  ['removed', ({ data, elsewhere }) => remove(data, elsewhere)],
  ['moved', ({ data, elsewhere }) => renameSync(data, elsewhere)],
  [
    'removed and made again',
    async ({ data, elsewhere }) => {
      remove(data, elsewhere);
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
  ['deprived of its locks', ({ data, elsewhere }) => remove(path.join(data, 'locks'), elsewhere)],
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
      (file) => file.includes(`-${child.pid}-`) && /^(consumer|stream)-/.test(file),
    );
  await expect.poll(isWorking).toBe(true);
}

/** Starts a stage on a folder of its own, and changes the folder once it works. Resolves with what it says then, and its status. */
async function stopped(args: readonly string[], change: (folders: Folders) => unknown) {
  const all = await folders();
  const stage = untilTestEnds(start([...args, '--data', all.data]));
  await untilWorking(stage, all.data);
  const before = stage.stderr();
  const changing = change(all);
  const { status, stderr } = await stage.ended;
  await changing;
  return { status, lines: stderr.slice(before.length).trim().split('\n') };
}

describe('a data folder that changes under running stages', () => {
  it.each(CHANGES)('and is %s stops each with one line and exit 1', async (_, change) => {
    const results = await Promise.all(STAGES.map(async (args) => ({ args, ...(await stopped(args, change)) })));
    for (const { args, status, lines } of results) {
      // Before it notices, a stage may go on telling its progress, or say once that it waits for a picture or its folder.
      const stopping = lines.filter((line) => /(imgpipe\.db|\.lock) was (removed or moved|replaced) while /.test(line));
      expect({ args, status, stopping, stacks: lines.filter((line) => /^\s+at /.test(line)) }).toEqual({
        args,
        status: 1,
        stopping: lines.slice(-1),
        stacks: [],
      });
    }
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
