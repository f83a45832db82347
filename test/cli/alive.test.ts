import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { processTable, tableName } from '../../src/base/process-table.ts';
import { STAGES, type StageName } from '../../src/domain/reports.ts';
import { liveness } from '../../src/operations/alive.ts';
import { imgpipe, type Running, start } from '../support/imgpipe.ts';
import { openSqlite } from '../support/open-sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HERE = tableName(processTable());

let data: string;
const to = (line: string) => imgpipe([...line.split(' '), '--data', data]);

beforeEach(() => {
  data = path.join(temporaryFolder(), 'data');
});

async function stage(line: string): Promise<Running> {
  const running = start([...line.split(' '), '--data', data]);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  await running.until(/broker/);
  return running;
}

describe('imgpipe status --alive', () => {
  test('exits 0 while the stage runs, and 1 after it has stopped', async () => {
    const analyze = await stage('analyze');
    await expect.poll(async () => (await to('status --alive analyze')).status).toBe(0);
    const { stdout, stderr } = await to('status --alive analyze');
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      new RegExp(
        `^analyze is alive on this host \\(${hostname()}\\): last heartbeat from process ${analyze.child.pid}, [\\d.]+ s ago\n$`,
      ),
    );
    expect(await to('status --alive alert')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `imgpipe: alert is not alive on this host (${hostname()}): it has no heartbeat\n`,
    });
    analyze.child.kill('SIGTERM');
    await analyze.ended;
    expect((await to('status --alive analyze')).status).toBe(1);
  });

  test('exits 0 for each stage of a run', async () => {
    const run = await stage('run --count 2 --interval 1h');
    await run.until(/^image/m);
    const answers = await Promise.all(STAGES.map((name) => to(`status --alive ${name} --json`)));
    expect(answers.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(JSON.parse(answers[0]?.stdout ?? '')).toMatchObject({
      stage: 'receive',
      host: hostname(),
      alive: true,
      heartbeats: [{ process: run.child.pid }],
    });
  });

  test('exits 0 for a stage that is standing by, and for one that is waiting', async () => {
    await to('receive --count 1');
    rmSync(path.join(data, 'image_database/00001.jpg'));
    const waiting = await stage('analyze --object-wait 1h');
    await waiting.until(/analyze is waiting/);
    const second = await stage('analyze');
    await second.until(/standing by/);
    const { catalog } = await openSqlite(data);
    for (const { child } of [waiting, second]) {
      const beat = async () =>
        (await catalog.heartbeats('analyze', HERE)).find((each) => each.process === child.pid)?.at;
      const before = await beat();
      await expect.poll(beat).not.toBe(before);
      expect(await beat()).toBeDefined();
    }
  });

  test('exits 1 for a process that hangs: its heartbeat ages while others continue', async () => {
    const [frozen, running] = [await stage('analyze'), await stage('alert')];
    const { catalog } = await openSqlite(data);
    const beatOf = async (name: StageName) => (await catalog.heartbeats(name, HERE))[0]?.at ?? '';
    await expect.poll(() => beatOf('analyze')).not.toBe('');
    frozen.child.kill('SIGSTOP');
    const last = await beatOf('analyze');
    // After two later heartbeats of the other process, one that works would have sent its own.
    for (let beats = 0, seen = last; beats < 2; beats += 1) {
      await expect.poll(async () => (await beatOf('alert')) > seen).toBe(true);
      seen = await beatOf('alert');
    }
    expect(await beatOf('analyze')).toBe(last);
    const freshMs = Date.parse(await beatOf('alert')) - Date.parse(last);
    const alive = async (name: StageName) => (await liveness(catalog, { stage: name, freshMs })).alive;
    expect([await alive('analyze'), await alive('alert')]).toEqual([false, true]);
    frozen.child.kill('SIGCONT');
    await expect.poll(() => beatOf('analyze')).not.toBe(last);
    expect(running.child.exitCode).toBeNull();
  });

  test('names the last heartbeat of a killed process', async () => {
    await to('receive --count 0');
    const { catalog, close } = await openSqlite(data);
    const at = new Date(Date.now() - 95_000).toISOString();
    await catalog.recordHeartbeats([{ stage: 'analyze', host: HERE, process: 7, at }], '2000-01-01');
    await close();
    const { status, stdout, stderr } = await to('status --alive analyze');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/last heartbeat from process 7, 9[5-9]\.\d s ago; it was killed, or it hangs\n$/);
  });

  test('requires the name of a stage, and rejects --check', async () => {
    await to('receive --count 0');
    expect(await to('status --alive view')).toMatchObject({
      status: 2,
      stderr: 'imgpipe: --alive: "view" is not a stage: use receive, analyze, alert\n',
    });
    expect(await to('status --alive analyze --check')).toMatchObject({
      status: 2,
      stderr: 'imgpipe: --check and --alive cannot be combined: use one of them\n',
    });
  });
});
