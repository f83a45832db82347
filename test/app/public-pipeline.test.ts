import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, expectTypeOf, it, onTestFinished, test } from 'vitest';
import { noticeLineSchema } from '../../src/domain/json/notice-lines.ts';
import { ranSchema, receivedSchema } from '../../src/domain/json/received.ts';
import { resultLineSchema } from '../../src/domain/json/result-lines.ts';
import { statusSchema } from '../../src/domain/json/status.ts';
import { viewSchema } from '../../src/domain/json/view.ts';
import {
  compareFiles,
  createPipeline,
  type Pipeline,
  type PipelineOptions,
  type ReportLine,
  type Step,
} from '../../src/index.ts';
import { cutPng, png } from '../support/pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function opened(options: PipelineOptions = {}): Promise<Pipeline> {
  const pipeline = await createPipeline({ data: path.join(temporaryFolder(), 'data'), workers: 0, ...options });
  onTestFinished(() => pipeline.close());
  return pipeline;
}

function folderOf(...pictures: readonly Buffer[]): string {
  const folder = temporaryFolder();
  pictures.forEach((bytes, index) => {
    writeFileSync(path.join(folder, `${index}.png`), bytes);
  });
  return folder;
}

/** Every method by its name, to be called with any arguments. */
function anyCall(pipeline: Pipeline, method: string, ...parameters: unknown[]): Promise<unknown> {
  const call = (pipeline as unknown as Record<string, (...all: unknown[]) => unknown>)[method];
  if (call === undefined) throw new Error(`there is no method ${method}`);
  const result = call(...parameters);
  if (!(typeof result === 'object' && result !== null && Symbol.asyncIterator in result))
    return result as Promise<unknown>;
  return (result as AsyncIterable<unknown>)[Symbol.asyncIterator]().next();
}

const METHODS = [
  'receive',
  'analyze',
  'alert',
  'run',
  'view',
  'boxed',
  'serve',
  'status',
  'alive',
  'deadLetters',
  'deadLetter',
  'replay',
  'drop',
  'planClean',
  'clean',
];

describe('a pipeline in a program', () => {
  it('needs no options, and its results are valid by the JSON schemas', async () => {
    const pipeline = await opened();
    const lines: ReportLine[] = [];
    const onReport = (line: ReportLine) => void lines.push(line);
    const folder = folderOf(png([1, 1, 1]), cutPng(), png([2, 2, 2]), Buffer.from('no picture'));
    const received = await pipeline.receive(folder, { onReport });
    expect(receivedSchema.strict().parse(received)).toEqual({ images: 3, first: 1, last: 3, skipped: 0, rejected: 1 });
    const ran = await pipeline.run(folderOf(png([3, 3, 3])), { onReport });
    expect(ranSchema.strict().parse(ran)).toMatchObject({ images: 1, events: 1, alerts: 1, dead_letters: 0 });
    await pipeline.analyze({ drain: true, onReport });
    await pipeline.alert({ drain: true, onReport });

    const types = lines.map((line) => {
      const isResult = ['image', 'outcome', 'alert'].includes(line.type);
      expect((isResult ? resultLineSchema : noticeLineSchema).parse(line)).toEqual(line);
      return line.type;
    });
    expect([...new Set(types)].sort()).toEqual(['alert', 'dead_letter', 'image', 'outcome', 'rejected', 'working']);
    const status = await pipeline.status();
    expect(statusSchema.parse(status)).toEqual(status);
    const view = await pipeline.view(1);
    expect(viewSchema.parse(view)).toEqual(view);
    expect((await pipeline.boxed(1)).subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));
    const letters = [];
    for await (const letter of pipeline.deadLetters()) letters.push(letter);
    expect(letters).toMatchObject([{ id: 1, reason: 'undecodable', image: 2 }]);
    expect(await pipeline.deadLetter(1)).toMatchObject(letters[0] ?? {});
    expect(await pipeline.replay(1)).toMatchObject([{ id: 1, how: 'published' }]);
    expect(await pipeline.planClean()).toMatchObject({ data: pipeline.data, images: 4, dry_run: true });
    expect(await pipeline.alive('analyze')).toMatchObject({ stage: 'analyze', alive: false });
  });

  it('takes one path as a string, and generates images if nothing is given', async () => {
    const pipeline = await opened({ count: 2 });
    expect(await pipeline.receive(folderOf(png([1, 1, 1])))).toMatchObject({ images: 1 });
    expect(await pipeline.receive()).toMatchObject({ images: 2, first: 2, last: 3 });
  });

  const generator = (async function* () {})();
  const WRONG: Record<string, readonly unknown[]> = {
    path: [
      null,
      7,
      '',
      ' ',
      'a\0b',
      Buffer.from('a'),
      {},
      new Map(),
      { signal: 1 },
      [Buffer.from('a')],
      [['a']],
      [null],
    ],
    options: [null, 7, 'x', [], Buffer.from('a'), { signal: {} }, { drian: true }, { drain: 'yes' }, { onReport: 1 }],
    number: [undefined, null, 0, -1, 1.5, Number.NaN, '1', 1n, {}, Buffer.from('1')],
    ids: [undefined, null, 0, 'some', '1', {}, [0], ['1'], [null], generator],
  };
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['receive', [], WRONG['path'] ?? []],
    ['receive', [[]], WRONG['options'] ?? []],
    ['run', [], WRONG['path'] ?? []],
    ['run', [[]], WRONG['options'] ?? []],
    ['analyze', [], WRONG['options'] ?? []],
    ['alert', [], WRONG['options'] ?? []],
    ['view', [], WRONG['number'] ?? []],
    ['boxed', [], WRONG['number'] ?? []],
    ['deadLetter', [], WRONG['number'] ?? []],
    ['replay', [], WRONG['ids'] ?? []],
    ['replay', ['all'], WRONG['options'] ?? []],
    ['serve', [], [null, 7, { signal: 1 }, { onListening: 1 }, { port: 80 }]],
    ['status', [], [null, 7, { check: 1 }, { onChecked: 1 }, { chek: true }]],
    ['alive', [], [undefined, null, 'view', 1, {}]],
    ['clean', [], [null, 7, { keepTopics: 1 }, { keep: true }]],
  ])('%s refuses arguments that are not valid, after %j', async (method, before, wrong) => {
    const pipeline = await opened();
    for (const value of wrong) {
      const error: unknown = await anyCall(pipeline, method, ...before, value).catch((thrown: unknown) => thrown);
      expect(error, `${method}(${String(JSON.stringify(before))}, …)`).toMatchObject({
        name: 'ImgpipeError',
        code: 'usage',
        message: expect.stringMatching(/ is not valid: use .|^unknown option "/),
      });
    }
    expect(wrong.length).toBeGreaterThan(0);
  });

  it('names the closest option', async () => {
    const pipeline = await opened();
    await expect(anyCall(pipeline, 'analyze', { drian: true })).rejects.toThrow(
      'unknown option "drian": did you mean drain? The options are signal, drain, onReport, onStep',
    );
  });

  it.each([...METHODS])('refuses %s after close', async (method) => {
    const pipeline = await opened();
    await pipeline.close();
    await expect(anyCall(pipeline, method)).rejects.toMatchObject({
      code: 'closed',
      message: `the pipeline ${pipeline.data} is closed: open it again with createPipeline`,
    });
  });

  it('has these methods', async () => {
    const pipeline = await opened();
    const methods = Object.entries(pipeline).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(methods.sort()).toEqual([...METHODS, 'close'].sort());
  });

  it('ends its stages when it is closed, more than once, and finishes what is in flight first', async () => {
    const pipeline = await opened({ count: 3 });
    await pipeline.receive();
    let closing: Promise<unknown> | undefined;
    const onStep = async (step: Step) => {
      if (step !== 'analyze:compared') return;
      closing = Promise.all([pipeline.close(), pipeline.close()]);
      await nextTurn();
    };
    await expect(pipeline.analyze({ onStep })).resolves.toBeUndefined();
    await closing;
    const again = await createPipeline({ data: pipeline.data });
    onTestFinished(() => again.close());
    expect(await again.status({ check: true })).toMatchObject({ analyzed: 3, faults: [] });
  });

  it.each(['throws', 'rejects'])('stops a stage whose onReport %s, with that error', async (how) => {
    const pipeline = await opened({ count: 5 });
    await pipeline.receive();
    const broken = new TypeError('x is undefined');
    const onReport = (line: ReportLine) => {
      if (line.type !== 'outcome') return undefined;
      if (how === 'throws') throw broken;
      return Promise.reject(broken);
    };
    await expect(pipeline.analyze({ onReport })).rejects.toBe(broken);
    expect(await pipeline.status({ check: true })).toMatchObject({ dead_letters: 0, faults: [] });
  });

  it('can be cleaned', async () => {
    const pipeline = await opened({ count: 2 });
    await pipeline.receive();
    await pipeline.clean();
    expect(await pipeline.status()).toMatchObject({ images: 0 });
  });
});

test.each([null, 7, 'data', [], Buffer.from('a')])('createPipeline refuses settings that are %j', async (settings) => {
  await expect(createPipeline(settings as never)).rejects.toMatchObject({ code: 'config_invalid' });
});

test.each([undefined, null, 7, '', Buffer.from('a'), {}, ['a']])('compareFiles refuses the path %j', async (value) => {
  const file = path.join(folderOf(png([1, 1, 1])), '0.png');
  await expect(compareFiles(value as never, file)).rejects.toMatchObject({ code: 'usage' });
  await expect(compareFiles(file, value as never)).rejects.toMatchObject({ code: 'usage' });
  await expect(compareFiles(file, file, { treshold: 1 } as never)).rejects.toMatchObject({ code: 'config_invalid' });
});

test('the types refuse an unknown setting', () => {
  // @ts-expect-error There is no setting `treshold`.
  const options: PipelineOptions = { treshold: 3 };
  expect(options).toBeDefined();
  expectTypeOf<PipelineOptions['threshold']>().toEqualTypeOf<string | number | undefined>();
});
