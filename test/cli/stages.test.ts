import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { imgpipe, type Running, start, startProgram } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Starts a stage that cannot outlive its test. */
function stage(...args: string[]): Running {
  const running = start(args);
  onTestFinished(() => {
    running.child.kill('SIGKILL');
  });
  return running;
}

async function exitAfter(running: Running, signal: NodeJS.Signals): Promise<number | null> {
  running.child.kill(signal);
  return (await running.ended).status;
}

describe('three stages in three processes', () => {
  test.each([
    ['receive', 'analyze', 'alert'],
    ['alert', 'analyze', 'receive'],
    ['analyze', 'receive', 'alert'],
  ])('work when started as %s, %s, %s', async (...order) => {
    const data = path.join(temporaryFolder(), 'data');
    const running = new Map<string, Running>();
    for (const name of order) {
      const started = stage(name, '--data', data);
      running.set(name, started);
      await (name === 'receive' ? started.ended : started.until(/broker embedded/));
    }
    await running.get('alert')?.until(/^alert 2: image default\/7 has changed/m);
    const ends = await Promise.all([...running.values()].map((each) => exitAfter(each, 'SIGINT')));
    expect(ends).toEqual([0, 0, 0]);
    expect(await imgpipe(['status', '--check', '--data', data])).toMatchObject({ status: 0, stderr: '' });
  });

  test('drain their input and end', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const nothing = await imgpipe(['analyze', '--drain', '--data', data]);
    expect(nothing).toMatchObject({ status: 0, stdout: '' });
    await imgpipe(['receive', '--data', data]);
    const analyze = await imgpipe(['analyze', '--drain', '--data', data]);
    expect(analyze.stderr).toContain('analyze: 10 images analyzed, 2 events');
    const alert = await imgpipe(['alert', '--drain', '--data', data]);
    expect(alert.stdout.match(/^alert \d/gm)).toEqual(['alert 1', 'alert 2']);
  });
});

describe('several analyzers', () => {
  test('stand by, name the holder, and take over when it is killed', async () => {
    const data = path.join(temporaryFolder(), 'data');
    await imgpipe(['receive', '--count', '3', '--data', data]);
    const first = stage('analyze', '--data', data);
    await first.until(/event 1/);
    const others = [stage('analyze', '--data', data), stage('analyze', '--data', data)];
    const holder = new RegExp(`standing by: imgpipe analyze \\(process ${first.child.pid}\\) is working`);
    await Promise.all(others.map((each) => each.until(holder)));
    first.child.kill('SIGKILL');
    await imgpipe(['receive', '--count', '4', '--data', data]);
    await Promise.any(others.map((each) => each.until(/event 2: image default\/7/)));
    expect(await Promise.all(others.map((each) => exitAfter(each, 'SIGTERM')))).toEqual([0, 0]);
    expect(
      others
        .map((each) => each.stdout())
        .join('')
        .match(/^event/gm),
    ).toHaveLength(1);
  });

  test('refuse a threshold that differs from the one in use, and say how to change it', async () => {
    const data = path.join(temporaryFolder(), 'data');
    await imgpipe(['receive', '--count', '3', '--data', data]);
    const first = stage('analyze', '--threshold', '5', '--data', data);
    await first.until(/event 1/);
    const { status, stderr } = await imgpipe(['analyze', '--threshold', '7', '--quiet', '--data', data]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/use --threshold 5, or stop all its analyzers and start them with --threshold 7\n$/);
    expect(await exitAfter(first, 'SIGTERM')).toBe(0);
    expect(await imgpipe(['analyze', '--threshold', '7', '--drain', '--data', data])).toMatchObject({ status: 0 });
  });
});

describe('--no-wait', () => {
  test('exits 1 instead of standing by, and names who is at work', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const receive = stage('receive', '--count', '100', '--interval', '1h', '--data', data);
    await receive.until(/^image default\/1:/m);
    const analyze = stage('analyze', '--data', data);
    await analyze.until(/broker/);
    for (const [name, { child }] of Object.entries({ receive, analyze })) {
      const { status, stderr } = await imgpipe([name, '--no-wait', '--quiet', '--data', data]);
      expect({ name, status, stderr }).toEqual({
        name,
        status: 1,
        stderr: `imgpipe: ${name} would have to stand by, because imgpipe ${name} (process ${child.pid}) is at work: run it without --no-wait to take over when that ends\n`,
      });
    }
    // Another stream is free.
    const other = await imgpipe(['receive', '--no-wait', '--stream', 'other', '--count', '1', '--data', data]);
    expect(other).toMatchObject({ status: 0 });
  });

  test('is overridden by a later --wait, and overrides a variable', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const receive = stage('receive', '--count', '100', '--interval', '1h', '--data', data);
    await receive.until(/^image default\/1:/m);
    const waiting = stage('receive', '--no-wait', '--wait', '--quiet', '--data', data);
    // Standing by is no notice: it is printed with --quiet too.
    await waiting.until(/receive is standing by: imgpipe receive \(process \d+\) is working on this stream/);
    const env = { IMGPIPE_WAIT: 'true' };
    expect((await imgpipe(['receive', '--no-wait', '--data', data], { env })).status).toBe(1);
  });
});

describe('a stage that is stopped while it stands by', () => {
  test('does not say that there are no pictures', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const receive = stage('receive', '--count', '100', '--interval', '1h', '--data', data);
    await receive.until(/^image default\/1:/m);
    const pictures = temporaryFolder();
    writeFileSync(path.join(pictures, 'a.jpg'), 'any');
    for (const name of ['receive', 'run']) {
      const second = stage(name, pictures, '--data', data);
      await second.until(/receive is standing by/);
      expect(await exitAfter(second, 'SIGTERM')).toBe(143);
      expect(second.stderr()).toContain(`${name}: stopped; 0 images received`);
      expect(second.stderr()).not.toContain('no .jpg');
    }
  });
});

describe('Ctrl-C', () => {
  test('once ends an endless stage with 0 and a finite one with 130, after work in progress', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const run = stage('run', '--count', '1000', '--interval', '20ms', '--data', data);
    await run.until(/alert 1/);
    expect(await exitAfter(run, 'SIGINT')).toBe(130);
    expect(run.stderr()).toContain('run: finishing work in progress; press Ctrl-C again to stop at once');
    const receive = stage('receive', '--count', '1000', '--interval', '20ms', '--data', data);
    await receive.until(/^image/m);
    expect(await exitAfter(receive, 'SIGTERM')).toBe(143);
    expect(await imgpipe(['status', '--check', '--data', data])).toMatchObject({ status: 0, stderr: '' });
  });

  test('twice ends at once a program that is still working', async () => {
    const program = startProgram('never-done.ts', []);
    await program.until(/up/);
    program.child.kill('SIGINT');
    await program.until(/interrupted/);
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ status: 143, stdout: 'up\ninterrupted\n' });
  });

  test('ends the wait for a missing picture, and loses nothing', async () => {
    const data = path.join(temporaryFolder(), 'data');
    await imgpipe(['receive', '--count', '1', '--data', data]);
    rmSync(path.join(data, 'image_database/00001.jpg'));
    const analyze = stage('analyze', '--drain', '--data', data);
    await analyze.until(/analyze is waiting: .*00001\.jpg.* does not exist/);
    expect(await exitAfter(analyze, 'SIGINT')).toBe(130);
    const { stdout } = await imgpipe(['status', '--json', '--data', data]);
    expect(JSON.parse(stdout)).toMatchObject({ waiting: { analysis: 1 }, dead_letters: 0, lost: 0 });
  });
});

describe('when the reader of the output goes away', () => {
  test('run completes its work', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const run = stage('run', '--count', '40', '--interval', '5ms', '--data', data);
    await run.until(/^image default\/1:/m);
    run.child.stdout?.destroy();
    const { status, stderr } = await run.ended;
    expect(status, stderr).toBe(0);
    const { stdout } = await imgpipe(['status', '--json', '--data', data]);
    expect(JSON.parse(stdout)).toMatchObject({ images: 40, analyzed: 40, events: 10, alerts: 10 });
  });

  test('an endless stage ends', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const analyze = stage('analyze', '--json', '--data', data);
    await analyze.until(/broker/);
    analyze.child.stdout?.destroy();
    await imgpipe(['receive', '--count', '1', '--data', data]);
    expect((await analyze.ended).status).toBe(0);
  });
});
