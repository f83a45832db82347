import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runToEnd } from '../kafka/run-to-end.ts';
import { kafkaHosts } from '../src/config/broker-address.ts';
import { ALERT_GROUP, consumerGroup, TOPICS } from '../src/domain/messages.ts';
import { SETTLE_MS, startChild } from './children.ts';
import { createTopics, untilStable } from './kafka-admin.ts';
import { UsageError } from './options.ts';
import type { Case } from './session.ts';

const RUNNER = fileURLToPath(new URL('reference-runner.py', import.meta.url));
const PROGRAMS = {
  receive: 'image_receiving.py',
  analyze: 'image_analysis.py',
  alert: 'image_event_alert.py',
} as const;
/** The folders that the programs expect. */
const FOLDERS = ['image_receiving', 'image_database', 'image_analysis', 'image_event_database', 'image_event_alerts'];
const POLL_MS = 5;

export interface Reference {
  /** The folder of the programs. */
  readonly folder: string;
  readonly python: string;
}

/** Throws a UsageError if a program is missing or this Python cannot run them. */
export async function checkReference({ folder, python }: Reference): Promise<void> {
  const missing = Object.values(PROGRAMS).find((program) => !existsSync(path.join(folder, program)));
  if (missing !== undefined) throw new UsageError(`--reference ${folder}: ${missing} is missing`);
  const check = await runToEnd(python, ['-c', 'import kafka, PIL, numpy']);
  const need = 'the reference needs a Python with kafka-python, Pillow and NumPy: set --python';
  if (check === undefined) throw new UsageError(`--python ${python}: program not found; ${need}`);
  if (check.status !== 0)
    throw new UsageError(`--python ${python}: ${check.output.trim().split('\n').at(-1)}; ${need}`);
}

/**
 * Runs the reference's three programs as separate processes in the case's folder and with its prefix. Returns the
 * seconds from the start of the receiver to the alert of the last event.
 */
export async function runReference(
  { folder: programs, python }: Reference,
  pipeline: Pick<Case, 'folder' | 'prefix' | 'broker'>,
  original: string,
  stream: { readonly count: number; readonly intervalMs: number },
): Promise<number> {
  const { folder, prefix, broker } = pipeline;
  const hosts = kafkaHosts(broker) ?? [];
  const [topics, groups] = [Object.values(TOPICS), [consumerGroup('l2'), ALERT_GROUP]].map((names) =>
    names.map((name) => prefix + name),
  ) as [string[], string[]];
  for (const each of FOLDERS) mkdirSync(path.join(folder, each), { recursive: true });
  mkdirSync(path.join(folder, 'image_original'));
  copyFileSync(original, path.join(folder, 'image_original/original_image.jpg'));
  // Its messages have no key and would lose their order on several partitions.
  await createTopics(hosts, topics, 1);

  const begin = (program: string) => {
    const interval = String(stream.intervalMs / 1000);
    const given = { folder: programs, program, broker: hosts.join(), prefix, count: String(stream.count), interval };
    const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
    return startChild(python, [RUNNER, ...args], folder);
  };
  const consumers = [begin(PROGRAMS.alert), begin(PROGRAMS.analyze)];
  const aborted = new AbortController();
  const early = Promise.race(consumers.map(({ ended }) => ended))
    .then(() => {
      throw new Error('one of the reference’s programs exited early');
    })
    .finally(() => aborted.abort());
  await Promise.race([untilStable(hosts, groups, aborted.signal), early]);
  await sleep(SETTLE_MS);
  const began = performance.now();
  await Promise.race([begin(PROGRAMS.receive).ended, early]);
  const lastAlert = path.join(folder, 'image_event_alerts', alertFile(Math.floor((stream.count + 1) / 4)));
  await Promise.race([untilExists(lastAlert, aborted.signal), early]);
  const seconds = (performance.now() - began) / 1000;
  early.catch(() => {});
  for (const consumer of consumers) await consumer.stop();
  return seconds;
}

function alertFile(number: number): string {
  return `image_event_alert_${String(number).padStart(3, '0')}.txt`;
}

async function untilExists(file: string, signal: AbortSignal): Promise<void> {
  while (!existsSync(file) && !signal.aborted) await sleep(POLL_MS);
}
