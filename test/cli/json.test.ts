import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { processTable, tableName } from '../../src/base/process-table.ts';
import { cleanSchema } from '../../src/domain/json/clean.ts';
import { comparisonSchema } from '../../src/domain/json/comparison.ts';
import { deadLetterLineSchema, deadLetterSchema, replayLineSchema } from '../../src/domain/json/dead-letters.ts';
import { resultLineSchema } from '../../src/domain/json/result-lines.ts';
import { livenessSchema, statusSchema } from '../../src/domain/json/status.ts';
import { viewSchema } from '../../src/domain/json/view.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { expectShape } from '../support/json-shapes.ts';
import { openSqlite } from '../support/open-sqlite.ts';
import { png } from '../support/pictures.ts';
import { lastingFolder, temporaryFolder } from '../support/temporary-folder.ts';

const folder = lastingFolder();
const data = path.join(folder, 'data');

/** What a command prints with --json, line by line. Every line must have the shape. */
async function lines<T extends z.ZodType>(shape: T, ...args: string[]): Promise<z.infer<T>[]> {
  const { stdout, stderr } = await imgpipe([...args, '--json', '--data', data]);
  expect(stdout, stderr).not.toBe('');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const value: unknown = JSON.parse(line);
      expectShape(value, shape, args.join(' '));
      return value as z.infer<T>;
    });
}

async function only<T extends z.ZodType>(shape: T, ...args: string[]): Promise<z.infer<T>> {
  const [value, ...more] = await lines(shape, ...args);
  expect(more).toEqual([]);
  if (value === undefined) throw new Error(`${args.join(' ')} printed nothing`);
  return value;
}

describe('the output of a command with --json has the fields of its schema, and no other', () => {
  test('run, view and compare', async () => {
    const results = await lines(resultLineSchema, 'run');
    expect([...new Set(results.map(({ type }) => type))].sort()).toEqual(['alert', 'image', 'outcome']);
    const plain = await only(viewSchema, 'view', '1');
    expect([plain.mask, plain.regions]).toEqual([null, null]);

    const mask = path.join(folder, 'mask.png');
    writeFileSync(mask, png([255, 255, 255], { width: 350, height: 350 }));
    const masked = ['--technique', 'changed', '--mask', mask];
    await lines(resultLineSchema, 'run', '--stream', 'masked', ...masked);
    const { alerts } = await only(statusSchema, 'status');
    const view = await only(viewSchema, 'view', String(alerts));
    expect([view.mask === null, view.regions?.length ?? 0]).toEqual([false, view.region_count]);

    const [one, two] = [1, 3].map((number) => path.join(data, `image_database/0000${number}.jpg`)) as [string, string];
    const out = path.join(folder, 'out.jpg');
    const compared = await imgpipe(['compare', one, two, ...masked, '--out', out, '--json']);
    expectShape(JSON.parse(compared.stdout), comparisonSchema);
    const same = await imgpipe(['compare', one, one, '--json']);
    expectShape(JSON.parse(same.stdout), comparisonSchema);
    expect(JSON.parse(same.stdout)).toMatchObject({ mask: null, difference: null, regions: null });
  });

  test('compare, with absolute paths for relative arguments', async () => {
    const cwd = temporaryFolder();
    for (const [file, level] of Object.entries({ 'a.png': 1, 'b.png': 9 })) {
      writeFileSync(path.join(cwd, file), png([level, level, level]));
    }
    const { stdout } = await imgpipe(['compare', 'a.png', 'b.png', '--out', 'out.jpg', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      reference: { file: path.join(cwd, 'a.png') },
      image: { file: path.join(cwd, 'b.png') },
      difference: { path: path.join(cwd, 'out.jpg') },
    });
  });

  test('status, with a fault, with an open image, and without its broker', async () => {
    rmSync(path.join(data, 'image_event_alerts/image_event_alert_001.txt'));
    const faulty = await only(statusSchema, 'status', '--check');
    expect([faulty.lost, faulty.balanced, faulty.lost_keys.length]).toEqual([1, false, 1]);
    await lines(resultLineSchema, 'receive', '--count', '1');
    const open = await only(statusSchema, 'status');
    expect(open.oldest_open).not.toBeNull();
    const alone = await only(statusSchema, 'status', '--broker', 'kafka://127.0.0.1:1');
    expect(alone).toMatchObject({
      waiting: null,
      lost: null,
      balanced: null,
      broker: { reachable: false },
      groups: [],
    });
  });

  test('status --alive, dead and clean', async () => {
    const { bus, catalog, close } = await openSqlite(data);
    const heartbeat = {
      stage: 'alert',
      host: tableName(processTable()),
      process: 7,
      at: new Date().toISOString(),
    } as const;
    await catalog.recordHeartbeats([heartbeat], heartbeat.at);
    const liveness = await only(livenessSchema, 'status', '--alive', 'alert');
    expect(liveness.heartbeats).toEqual([{ process: 7, at: heartbeat.at }]);
    await bus.publish('image_analysis', [{ key: 'k', headers: { name: 'value' }, value: 'no JSON' }]);
    await close();
    await imgpipe(['analyze', '--drain', '--data', data]);
    await only(deadLetterLineSchema, 'dead', 'list');
    const letter = await only(deadLetterSchema, 'dead', 'show', '1');
    expect(letter.headers).toEqual([{ name: 'name', value: 'value' }]);
    expect((await only(replayLineSchema, 'dead', 'replay', '1')).how).toBe('published');

    const mine = path.join(data, 'image_database/notes.txt');
    writeFileSync(mine, 'mine');
    expect((await only(cleanSchema, 'clean', '--dry-run')).left).toEqual([mine]);
  });
});
