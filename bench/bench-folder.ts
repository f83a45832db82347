import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kafkaHosts } from '../src/config/broker-address.ts';
import { stopChildren } from './children.ts';
import { removeAll } from './kafka-admin.ts';
import { startBroker } from './kafka-broker.ts';
import type { BenchOptions } from './options.ts';

/** A pipeline that is measured. */
export interface Case {
  /** Its data folder. */
  readonly folder: string;
  readonly broker: string;
  /** What goes before its topics' and groups' names. */
  readonly prefix: string;
  /** The options by which every command finds it. */
  readonly args: readonly string[];
}

/** Where the tables come from: a folder for all that is measured, and the broker. */
export interface Session {
  /** Is removed at the end. */
  readonly folder: string;
  /** `embedded`, or `kafka://host:port`. */
  readonly broker: string;
  /** A name that no other run of the bench gives to topics. */
  newPrefix(): string;
  /** A pipeline that is not there yet, with topics of its own. */
  newCase(): Case;
  /** So many images, or a tenth of them in a quick run. */
  images(count: number): number;
  /** Ends what still runs, removes all that was made, and stops a broker of its own. */
  close(): Promise<void>;
}

export async function createWorkplace(options: Pick<BenchOptions, 'broker' | 'quick'>): Promise<Session> {
  const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
  const run = `bench-${randomBytes(4).toString('hex')}`;
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const own = options.broker === 'kafka' ? await startedIn(folder, removeFolder) : undefined;
  const broker = own?.address ?? options.broker;
  let names = 0;

  function newPrefix(): string {
    names += 1;
    return `${run}-${names}.`;
  }

  function newCase(): Case {
    const prefix = newPrefix();
    const data = path.join(folder, `data-${names}`);
    return { folder: data, broker, prefix, args: ['--data', data, '--broker', broker, '--topic-prefix', prefix] };
  }

  async function close(): Promise<void> {
    await stopChildren();
    try {
      // On somebody else's broker nothing stays behind.
      const others = own === undefined ? kafkaHosts(broker) : undefined;
      if (others !== undefined) await removeAll(others, run);
    } finally {
      await own?.stop();
      removeFolder();
    }
  }

  return {
    folder,
    broker,
    newPrefix,
    newCase,
    images: (count) => (options.quick ? Math.ceil(count / 10) : count),
    close,
  };
}

async function startedIn(folder: string, otherwise: () => void) {
  try {
    return await startBroker(path.join(folder, 'broker'));
  } catch (error) {
    otherwise();
    throw error;
  }
}
