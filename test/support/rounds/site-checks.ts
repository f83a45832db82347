import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { imgpipe } from '../imgpipe.ts';
import { objectsOf } from '../s3/store-settings.ts';
import { type BusSettings, openAt } from './site.ts';
import { storedFiles } from './stored-files.ts';

const STATUS_TRIES = 10;

/**
 * The problems of a pipeline whose generated streams have passed through all stages. Looks at the files and at
 * `status --check`. `streams` is how many images each stream has.
 */
export async function findProblems(
  folder: string,
  streams: Readonly<Record<string, number>>,
  bus: BusSettings = {},
): Promise<string[]> {
  const problems: string[] = [];
  const files = await storedFiles(folder, bus);
  const namesIn = (directory: string) => files(directory).map(({ name }) => name);
  const expect = (what: string, is: unknown, should: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(should)) {
      problems.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
    }
  };
  for (const [stream, images] of Object.entries(streams)) {
    const directory = stream === 'default' ? 'image_database' : `image_database/${stream}`;
    const numbers = Array.from({ length: images }, (_, index) => `${String(index + 1).padStart(5, '0')}.jpg`);
    expect(`images of ${stream}`, namesIn(directory), numbers);
  }
  const changed = Object.entries(streams).flatMap(([stream, images]) =>
    Array.from({ length: images }, (_, index) => index + 1)
      .filter((number) => number % 4 === 3)
      .map((number) => `${stream}/${number} after ${number - 1}`),
  );
  const texts = files('image_event_database').filter(({ name }) => name.endsWith('.txt'));
  expect('changes with an event', texts.map((text) => changeOf(text.path)).sort(), changed.sort());
  expect(
    'event files',
    namesIn('image_event_database'),
    Array.from(changed, (_, index) => [`${eventName(index + 1)}.jpg`, `${eventName(index + 1)}.txt`])
      .flat()
      .sort(),
  );
  expect(
    'alerts',
    namesIn('image_event_alerts'),
    Array.from(changed, (_, index) => `image_event_alert_${String(index + 1).padStart(3, '0')}.txt`),
  );
  expect('temporary files', filesBelow(path.join(objectsOf(folder, bus), '.tmp')), []);
  const { waiting, faults, ...counted } = await check(folder, bus);
  const images = Object.values(streams).reduce((sum, each) => sum + each, 0);
  expect('counts', counted, {
    images,
    analyzed: images,
    events: changed.length,
    alerts: changed.length,
    deadLetters: 0,
  });
  expect('waiting', waiting, { analysis: 0, alert: 0 });
  const checked = await retried(
    () => imgpipe(['status', '--check', '--data', folder], { env: bus }),
    ({ status }) => status !== 4,
  );
  expect('exit of status --check', checked.status, 0);
  return [...problems, ...faults];
}

/** What is lost or damaged, also while stages run or are dead. What still waits is not lost. The broker must be up. */
export async function findLosses(folder: string, bus: BusSettings = {}): Promise<string[]> {
  // A process may have been suspended while it created the catalog. Nothing can be lost before.
  if (!hasCatalog(folder, bus)) return [];
  const { waiting, faults } = await check(folder, bus);
  return waiting === null ? ['the broker is unavailable', ...faults] : faults;
}

/** The last image number of a stream, 0 without images. Does not need the broker. */
export async function imageCount(folder: string, stream: string, bus: BusSettings = {}): Promise<number> {
  if (!hasCatalog(folder, bus)) return 0;
  const pipeline = await openAt(folder, bus);
  try {
    const { streams } = await pipeline.status({ check: false });
    return streams.find((each) => each.stream === stream)?.images ?? 0;
  } finally {
    await pipeline.close();
  }
}

function hasCatalog(folder: string, { IMGPIPE_CATALOG: address }: BusSettings): boolean {
  if (address !== undefined) return true;
  const file = path.join(folder, 'imgpipe.db');
  return existsSync(file) && statSync(file).size > 0;
}

async function check(folder: string, bus: BusSettings) {
  const { images, analyzed, events, alerts, deadLetters, waiting, faults } = await statusOf(folder, bus);
  return {
    images,
    analyzed,
    events,
    alerts,
    deadLetters,
    waiting,
    faults: faults.map(({ key, what }) => `${key}: ${what}`),
  };
}

/** The checked status of the pipeline, with its broker's part. */
export async function statusOf(folder: string, bus: BusSettings) {
  const pipeline = await openAt(folder, bus);
  try {
    return await retried(
      () => pipeline.status({ check: true }),
      ({ waiting }) => waiting !== null,
    );
  } finally {
    await pipeline.close();
  }
}

/** Retries, because the short deadline of `status` can pass before a broker on a busy machine responds. */
async function retried<T>(request: () => Promise<T>, isComplete: (result: T) => boolean): Promise<T> {
  let result = await request();
  for (let tries = 1; tries < STATUS_TRIES && !isComplete(result); tries += 1) result = await request();
  return result;
}

/** The change that an event's text file describes: `default/3 after 2`. */
function changeOf(file: string): string {
  const [, , image = '', reference = ''] = readFileSync(file, 'utf8').split('\n');
  const folder = path.basename(path.dirname(image));
  // A second attempt's name is 00005.2.jpg.
  const number = (name: string) => Number.parseInt(path.basename(name), 10);
  return `${folder === 'image_database' ? 'default' : folder}/${number(image)} after ${number(reference)}`;
}

function eventName(number: number): string {
  return `image_event_${String(number).padStart(3, '0')}`;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );
}
