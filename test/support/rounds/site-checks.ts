import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { imgpipe } from '../imgpipe.ts';
import { type BusSettings, openAt } from './site.ts';

const STATUS_TRIES = 10;

/**
 * What is wrong with a folder after its generated streams have gone through all stages: nothing, or sentences. It
 * looks at the files by itself and asks `status --check` besides. `streams` says how many images each has.
 */
export async function whatIsWrong(
  folder: string,
  streams: Readonly<Record<string, number>>,
  bus: BusSettings = {},
): Promise<string[]> {
  const wrong: string[] = [];
  const expect = (what: string, is: unknown, should: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(should)) {
      wrong.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`);
    }
  };
  for (const [stream, images] of Object.entries(streams)) {
    const directory = path.join(folder, 'image_database', stream === 'default' ? '' : stream);
    const numbers = Array.from({ length: images }, (_, index) => `${String(index + 1).padStart(5, '0')}.jpg`);
    expect(`images of ${stream}`, files(directory), numbers);
  }
  const changed = Object.entries(streams).flatMap(([stream, images]) =>
    Array.from({ length: images }, (_, index) => index + 1)
      .filter((number) => number % 4 === 3)
      .map((number) => `${stream}/${number} after ${number - 1}`),
  );
  const events = files(path.join(folder, 'image_event_database'));
  const texts = events.filter((name) => name.endsWith('.txt'));
  expect(
    'changes with an event',
    texts.map((name) => changeOf(path.join(folder, 'image_event_database', name))).sort(),
    changed.sort(),
  );
  expect(
    'event files',
    events,
    Array.from(changed, (_, index) => [`${eventName(index + 1)}.jpg`, `${eventName(index + 1)}.txt`])
      .flat()
      .sort(),
  );
  expect(
    'alerts',
    files(path.join(folder, 'image_event_alerts')),
    Array.from(changed, (_, index) => `image_event_alert_${String(index + 1).padStart(3, '0')}.txt`),
  );
  expect('left in incoming', leftIn(path.join(folder, 'incoming')), []);
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
  const checked = await answered(
    () => imgpipe(['status', '--check', '--data', folder], { env: bus }),
    ({ status }) => status !== 4,
  );
  expect('exit of status --check', checked.status, 0);
  return [...wrong, ...faults];
}

/** What is lost or damaged at any moment, also while stages work or lie dead; what waits is not. The broker must be up. */
export async function whatIsLost(folder: string, bus: BusSettings = {}): Promise<string[]> {
  // A process may be stopped in the very middle of making the catalog; there is nothing to lose before it is made.
  const catalog = path.join(folder, 'imgpipe.db');
  if (!existsSync(catalog) || statSync(catalog).size === 0) return [];
  const { waiting, faults } = await check(folder, bus);
  return waiting === null ? ['the broker does not answer', ...faults] : faults;
}

/** The last number of a stream's images; 0 without any. The broker need not be up. */
export async function imagesIn(folder: string, stream: string, bus: BusSettings = {}): Promise<number> {
  if (!existsSync(path.join(folder, 'imgpipe.db'))) return 0;
  const pipeline = await openAt(folder, bus);
  try {
    const { streams } = await pipeline.status({ check: false });
    return streams.find((each) => each.stream === stream)?.lastNumber ?? 0;
  } finally {
    await pipeline.close();
  }
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

/** How the pipeline stands, as its broker says too. */
export async function statusOf(folder: string, bus: BusSettings) {
  const pipeline = await openAt(folder, bus);
  try {
    return await answered(
      () => pipeline.status({ check: true }),
      ({ waiting }) => waiting !== null,
    );
  } finally {
    await pipeline.close();
  }
}

/** Asks a few times: `status` gives a broker up so soon that one on a busy machine may be too late. */
async function answered<T>(ask: () => Promise<T>, isAnswer: (answer: T) => boolean): Promise<T> {
  let answer = await ask();
  for (let tries = 1; tries < STATUS_TRIES && !isAnswer(answer); tries += 1) answer = await ask();
  return answer;
}

/** What an event's text file says: `default/3 after 2`. */
function changeOf(file: string): string {
  const [, , image = '', reference = ''] = readFileSync(file, 'utf8').split('\n');
  const folder = path.basename(path.dirname(image));
  const number = (name: string) => Number(path.basename(name, '.jpg'));
  return `${folder === 'image_database' ? 'default' : folder}/${number(image)} after ${number(reference)}`;
}

function eventName(number: number): string {
  return `image_event_${String(number).padStart(3, '0')}`;
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

function leftIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [entry.name] : [],
  );
}
