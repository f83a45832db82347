import { cpSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { sha256Of } from '../../src/base/digest.ts';
import { imageKey, maskKey, OBJECT_FOLDERS } from '../../src/domain/object-keys.ts';
import { addPictures, makeReady } from '../contracts/catalog/setup.ts';
import { catalogFile } from './open-sqlite.ts';
import { png } from './pictures.ts';
import { deadLetter, imageRecord, newImage, positionAt } from './samples.ts';
import { lastingFolder, temporaryFolder } from './temporary-folder.ts';
import { type DurableTestPipeline, testPipeline } from './test-pipeline.ts';

const GREY = png([100, 100, 100]);
const OTHER = png([100, 100, 101]);
const NO_PICTURE = Buffer.from('not a picture');

/**
 * Makes folders with a pipeline that has something in every table: six streams with two alerts, an event without one, an image
 * with a mask, one that waits, one that is pending, one that did not decode, and dead letters of messages, the last of which
 * has been removed. To be called at the top of a test file.
 */
export function usedFolders(): () => Promise<string> {
  const template = lastingFolder();
  let made: Promise<void> | undefined;
  return async () => {
    made ??= fill(template);
    await made;
    const folder = temporaryFolder();
    cpSync(template, folder, { recursive: true });
    return folder;
  };
}

async function fill(template: string): Promise<void> {
  const { folder } = await usedPipeline();
  for (const name of OBJECT_FOLDERS) cpSync(path.join(folder, name), path.join(template, name), { recursive: true });
  const connection = new DatabaseSync(catalogFile(folder));
  connection.exec(`VACUUM INTO '${catalogFile(template)}'`);
  connection.close();
}

async function usedPipeline(): Promise<DurableTestPipeline> {
  const pipeline = await testPipeline({ durable: true });
  const { catalog, store } = pipeline;
  await pipeline.receive([GREY, OTHER]);
  await pipeline.receive([GREY, OTHER], 'sky');
  await addReady(pipeline, NO_PICTURE, 'damaged');
  await pipeline.receive([GREY], 'masked');
  const mask = sha256Of(OTHER);
  await pipeline.tamper(`UPDATE image SET mask = '${mask}' WHERE stream = 'masked'`);
  await store.put([{ key: maskKey(mask), bytes: OTHER }]);
  await pipeline.drain();
  const message = { key: 'k', headers: { h: '1' }, value: 'a\0b\u{F0000}c', bytes: Buffer.from([0, 255, 254]) };
  await catalog.addDeadLetters([
    deadLetter({ reason: 'bad_message', message, position: positionAt(7, { bus: 'elsewhere' }) }),
    deadLetter({ stage: 'alert', reason: 'bad_message', message: null, position: positionAt(9) }),
  ]);
  const last = await catalog.deadLetterRange();
  await catalog.removeDeadLetters([last?.last ?? 0]);
  await pipeline.tamper("INSERT INTO discarded_letters VALUES ('alert', 7)");
  await pipeline.receive([GREY, OTHER], 'unalerted');
  await pipeline.work(await pipeline.analyzeStage());
  await pipeline.receive([OTHER], 'waits');
  const [pending = imageRecord()] = await addPictures(catalog, [imageOf(GREY, 'waits')]);
  await store.put([{ key: imageKey(pending), bytes: GREY }]);
  return pipeline;
}

/** A ready image that is published with the next round. */
async function addReady({ catalog, store, reconciler }: DurableTestPipeline, bytes: Uint8Array, stream: string) {
  const added = await addPictures(catalog, [imageOf(bytes, stream)]);
  await store.put(added.map((image) => ({ key: imageKey(image), bytes })));
  await makeReady(catalog, added);
  await (await reconciler()).round();
}

function imageOf(bytes: Uint8Array, stream: string) {
  return newImage({ stream, format: 'png', sha256: sha256Of(bytes), bytes: bytes.length });
}
