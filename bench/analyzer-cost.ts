import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPipeline } from '../src/index.ts';
import { makeChanges, makeCopies } from './pictures.ts';

/**
 * The CPU time that an analyzer needs per image, by size and outcome: runs of `analyze --drain`, minus a run without
 * images, divided by the number of images. CPU time is hardly affected by other processes on the machine.
 */
const BIN = fileURLToPath(new URL('../bin/imgpipe.js', import.meta.url));
/** A threshold that no difference exceeds. */
const INFINITE_THRESHOLD = '1e9';
const RUNS = 3;
const MANY_STREAMS = 20;
const TURNS = 4;
const SIZES = [
  { width: 350, height: 350, images: 400 },
  { width: 1920, height: 1080, images: 60 },
  { width: 4096, height: 4096, images: 12 },
] as const;

const work = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
let folders = 0;

/** The user and system time of a run of imgpipe, in seconds. */
function cpuSeconds(args: readonly string[]): number {
  const timed = 'TIMEFORMAT="%U %S"; { time "$@" > /dev/null 2>&3; } 3> /dev/null';
  const command = ['-c', `exec 2>&1; ${timed}`, 'bash', process.execPath, BIN, ...args];
  const [user = Number.NaN, system = Number.NaN] = execFileSync('bash', command, { encoding: 'utf8' })
    .trim()
    .split(' ')
    .map(Number);
  return user + system;
}

/** The time to analyze a folder of pictures after they were received: the minimum of several runs, in seconds. */
function analyzing(pictures: readonly string[], options: readonly string[] = []): number {
  return Math.min(...Array.from({ length: RUNS }, () => analyzingOnce(pictures, options)));
}

function analyzingOnce(pictures: readonly string[], options: readonly string[]): number {
  folders += 1;
  const data = ['--data', path.join(work, `data-${folders}`)];
  cpuSeconds(['receive', ...data, ...(pictures.length === 0 ? ['--count', '0'] : pictures)]);
  return cpuSeconds(['analyze', ...data, '--drain', ...options]);
}

/** The time to analyze interleaved streams, more than fit into the cache of decoded pictures, in seconds. */
async function interleavedStreams(pictures: string): Promise<number> {
  const data = path.join(work, 'turns');
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (let stream = 1; stream <= MANY_STREAMS; stream += 1) {
      const pipeline = await createPipeline({ data, stream: `camera-${stream}` });
      await pipeline.receive([path.join(pictures, `${turn * MANY_STREAMS + stream}.jpg`)], {
        signal: new AbortController().signal,
      });
      await pipeline.close();
    }
  }
  return cpuSeconds(['analyze', '--data', data, '--drain', '--threshold', INFINITE_THRESHOLD]);
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

try {
  const idle = analyzing([]);
  process.stdout.write(`a run without images: ${idle.toFixed(2)} s\n\n`);
  process.stdout.write(
    '| size | changed | below the threshold | identical bytes | file size |\n|---|---|---|---|---|\n',
  );
  for (const { width, height, images } of SIZES) {
    const [changes, copies] = [path.join(work, 'changes'), path.join(work, 'copies')];
    makeChanges(changes, images, width, height);
    makeCopies(copies, images, path.join(changes, '1.jpg'));
    const each = (seconds: number) => `${((1000 * (seconds - idle)) / images).toFixed(1)} ms`;
    const row = [
      `${width} × ${height}`,
      each(analyzing([changes])),
      each(analyzing([changes], ['--threshold', INFINITE_THRESHOLD])),
      each(analyzing([copies])),
      `${(bytesIn(changes) / images / 1e6).toFixed(2)} MB`,
    ];
    process.stdout.write(`| ${row.join(' | ')} |\n`);
    for (const folder of [changes, copies]) rmSync(folder, { recursive: true });
  }
  const pictures = path.join(work, 'turned');
  makeChanges(pictures, MANY_STREAMS * TURNS, 1920, 1080);
  const compared = MANY_STREAMS * (TURNS - 1);
  const turns = (1000 * ((await interleavedStreams(pictures)) - idle)) / compared;
  process.stdout.write(
    `\n1920 × 1080 in ${MANY_STREAMS} interleaved streams, below the threshold: ${turns.toFixed(1)} ms\n`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
