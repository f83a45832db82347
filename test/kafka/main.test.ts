import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePorts, portProblem } from '../../kafka/ports.ts';
import { canRunAsNobody, NOBODY, type Running, type StartOptions, startProgram } from '../support/imgpipe.ts';
import { kafkajsClient } from '../support/kafka/kafkajs-client.ts';
import { whyNoKafka } from '../support/kafka/shared-kafka.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const whyNone = await whyNoKafka();
const UP = /^In each terminal of imgpipe: {2}export IMGPIPE_BROKER=(\S+)\n/m;

/** Starts the program of `npm run kafka`. It is killed when the test has finished. */
function start(args: readonly string[], options?: StartOptions): Running {
  const running = startProgram('../../kafka/main.ts', args, options);
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

describe.skipIf(whyNone !== undefined)(`npm run kafka${whyNone ? ` (skipped: ${whyNone})` : ''}`, () => {
  it('prints its folder and the setting for imgpipe, stops on Ctrl-C, and keeps its messages', async () => {
    const data = path.join(temporaryFolder(), 'data');
    const [port, other] = await freePorts(2);
    const first = start(['--port', String(port), '--data', data]);
    await first.until(UP);
    expect(first.stdout()).toContain(data);
    const [, address = ''] = UP.exec(first.stdout()) ?? [];
    expect(address).toBe(`kafka://127.0.0.1:${port}`);
    const before = await kafkajsClient(address);
    await before.createTopic('letters');
    await before.send('letters', 'a', 'b');
    await before.disconnect();

    first.child.kill('SIGINT');
    expect(await first.ended).toMatchObject({ status: 0, stderr: '' });
    expect(await portProblem(Number(port))).toBeUndefined();

    const second = start(['--port', String(other), '--data', data]);
    await second.until(UP);
    const after = await kafkajsClient(`kafka://127.0.0.1:${other}`);
    expect(await after.count('letters')).toBe(2);
    await after.disconnect();
  });

  it('refuses a folder that another process uses', async () => {
    const data = temporaryFolder();
    const first = start(['--port', String(await freePort()), '--data', data]);
    await first.until(UP);
    const { status, stderr } = await start(['--port', String(await freePort()), '--data', data]).ended;
    const holder = `process ${first.child.pid}`;
    expect(stderr).toBe(
      `kafka: ${data} is in use by ${holder}: stop that process first, or choose another with --data\n`,
    );
    expect(status).toBe(1);
  });

  it('fails with one line when Kafka stops unexpectedly', async () => {
    const running = start(['--port', String(await freePort()), '--data', temporaryFolder()]);
    await running.until(UP);
    const pid = execFileSync('pgrep', ['-P', String(running.child.pid), 'java'], { encoding: 'utf8' });
    process.kill(Number(pid), 'SIGKILL');
    const { status, stderr } = await running.ended;
    expect(stderr).toMatch(/^kafka: Apache Kafka stopped unexpectedly\b.*\n$/);
    expect(status).toBe(1);
  });

  it('does not leave Kafka running when it is killed', async () => {
    const port = await freePort();
    const running = start(['--port', String(port), '--data', temporaryFolder()]);
    await running.until(UP);
    running.child.kill('SIGKILL');
    await running.ended;
    await expect.poll(() => portProblem(port)).toBeUndefined();
  });
});

describe('npm run kafka', () => {
  it('reports a port in use in one line', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    const { status, stderr } = await start(['--port', String(port), '--data', temporaryFolder()]).ended;
    const remedy = 'stop the program that listens there, or choose another with --port';
    expect(stderr).toBe(`kafka: port ${port} of 127.0.0.1 is in use (EADDRINUSE): ${remedy}\n`);
    expect(status).toBe(1);
  });

  it.skipIf(!canRunAsNobody)('reports a folder without write permission in one line', async () => {
    const data = temporaryFolder();
    chmodSync(data, 0o755);
    const { status, stderr } = await start(['--data', data], { uid: NOBODY }).ended;
    expect(stderr).toMatch(/^kafka: .* cannot be read or written \(EACCES\): .*\n$/);
    expect(stderr).toContain(data);
    expect(status).toBe(1);
  });

  it('reports a missing Java in one line', async () => {
    const args = ['--port', String(await freePort()), '--data', temporaryFolder()];
    const { status, stderr } = await start(args, { env: { PATH: temporaryFolder(), JAVA_HOME: '' } }).ended;
    expect(stderr).toMatch(/^kafka: Apache Kafka needs Java, and 'java' was not found: .*\n$/);
    expect(status).toBe(1);
  });

  it.each(['0', '65536', 'many'])('refuses the port %s', async (port) => {
    const { status, stderr } = await start(['--port', port]).ended;
    expect(stderr).toContain(port);
    expect(stderr).toContain('It must be a number from 1 to 65535.');
    expect(status).toBe(1);
  });

  it('prints its options and their defaults', async () => {
    const { status, stdout } = await start(['--help']).ended;
    expect(stdout).toContain('--port <number>');
    expect(stdout).toContain('9092');
    expect(stdout).toContain('--data <folder>');
    expect(stdout).toContain('"kafka-data"');
    expect(status).toBe(0);
  });
});
